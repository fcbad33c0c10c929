"""The worked tables of docs/algorithms/incentives.md as test cases: what the page prints is what runs."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from incentives.facts.load import facts_of
from incentives.language.reader import read
from kernel.issue import IssueCollector

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "incentives.md"
HEAD = {"plan": "golden", "name": "Golden", "starts_on": "2026-01-01"}


@dataclass
class Case:
    title: str
    plan: object
    facts: object
    until: date | None
    issues: set
    deals: list = field(default_factory=list)
    totals: list = field(default_factory=list)
    closing: dict = field(default_factory=dict)
    nets: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    body: dict = field(default_factory=dict)  # the plan, the facts and the transactions as they are written
    example: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)


def cases():
    """Return every case of the page, in order."""
    found = []
    for section in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        block = re.search(r"```yaml\n(.*?)```(.*)", body, flags=re.S)
        if block:
            found.append(_case(title.strip(), block[1], block[2]))
    return found


def _case(title, text, tables):
    body = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    facts = body.pop("facts", {})
    until, wanted = facts.pop("until", None), set(facts.pop("issues", []))
    closing = {name: facts.pop(name) for name in ("open", "posted", "paid") if name in facts}
    deals, totals, nets, opened = [], [], [], []
    for rows in _tables(tables.split("\n## ")[0]):
        kinds = {"period": totals, "corrects": nets, "open": opened}
        next((found for name, found in kinds.items() if name in rows[0]), deals).extend(rows)
    issues = IssueCollector()
    lists = {kind: list(enumerate(rows, start=1)) for kind, rows in facts.items()}
    lists["transactions"] = _transactions(deals)
    read_facts = facts_of(lists, issues)
    plan = read(yaml.safe_dump({**HEAD, **body}), issues).plan
    assert not issues.has_errors, [issue.to_dict() for issue in issues]
    return Case(
        title,
        plan,
        read_facts,
        date.fromisoformat(until) if until else None,
        wanted,
        deals,
        totals,
        closing,
        nets,
        opened,
        body,
        facts,
        [row for _, row in lists["transactions"]],
    )


def _transactions(deals):
    seen, rows = set(), []
    for deal in deals:
        row = {**deal, "id": deal["deal"], "participant": _who(deal)}
        if (row["id"], row["participant"]) not in seen:
            seen.add((row["id"], row["participant"]))
            rows.append({key: value for key, value in row.items() if key not in ("deal", "who", "earned", "component")})
    return list(enumerate(rows, start=1))


def _who(row):
    return row.get("who", "" if row.get("reverses") else "ann")


def _tables(text):
    rows, tables = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            tables.append([dict(zip(rows[0], row, strict=True)) for row in rows[2:]])
            rows = []
    return tables


def check(case, lines, totals, codes):
    """Compare (person, component, transaction, period label, amount) lines and totals with the page's tables."""
    problems = []
    for row in case.deals:
        if "earned" in row:
            sums = [
                li for li in lines
                if li[2] == row["deal"] and (li[0] == _who(row) or row.get("reverses"))
                and row.get("component", li[1]) == li[1]
            ]  # fmt: skip
            _compare(problems, f"{row['deal']} of {_who(row)}", row["earned"], sum(li[4] for li in sums))
    for row in case.totals:
        who, period = row.get("who", "ann"), row["period"]
        if "component" in row:
            part = [li for li in lines if (li[0], li[1], li[3]) == (who, row["component"], period)]
            _compare(problems, f"{who} {row['component']} {period}", row["earned"], sum(li[4] for li in part))
            continue
        got = totals.get((who, period), (0, 0, 0))
        for place, name in enumerate(("earned", "payable", "draw_balance")):
            if name in row:
                _compare(problems, f"{who} {period} {name}", row[name], got[place])
    if not case.issues <= codes or (codes and not case.issues and not {"refund_exceeds"} >= codes):
        problems.append(f"issues: wanted {sorted(case.issues)}, got {sorted(codes)}")
    return problems


def _compare(problems, what, wanted, got):
    if Decimal(wanted) * 100 != got:
        problems.append(f"{what}: wanted {wanted}, got {Decimal(got) / 100}")
