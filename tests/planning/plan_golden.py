"""Read the worked tables of docs/algorithms/quota-planning.md."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "quota-planning.md"


def table(name: str) -> list[dict[str, str]]:
    """The rows of the table behind `<!-- golden: name -->`."""
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- golden: {name} -->", 1)[1]
    lines = []
    for line in text.strip().splitlines():
        if not line.startswith("|"):
            break
        lines.append([cell.strip() for cell in line.strip("|").split("|")])
    heads, _rule, *rows = lines
    return [dict(zip(heads, row, strict=True)) for row in rows]


def pairs(text: str) -> dict[str, str]:
    """`n1=1 n2=2` as a dictionary."""
    return dict(part.split("=") for part in text.split())
