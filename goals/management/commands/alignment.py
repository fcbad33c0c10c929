from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from goals.selectors.coverage import gaps_of
from goals.selectors.tree import forest_of
from goals.selectors.tree_lines import Placed, placed
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.viewer import day_at, viewer_of_person


class Command(TenantCommand):
    help = "Print the alignment tree and what nobody looks after, as somebody sees them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="as whom to look (name, e-mail or id:NUMBER)")

    def work(self, *, organization: Organization, **options: Any) -> Any:
        on = day_at(organization, timezone.now())
        viewer = viewer_of_person(person_of(options["person"]), organization=organization, on=on)
        forest = forest_of(viewer)
        lines = [*placed(forest, forest.objectives), *placed(forest, forest.strays)]
        gaps = [{"kind": str(gap.kind), "name": gap.name} for gap in gaps_of(viewer, forest)]
        return {"on": on.isoformat(), "tree": [_line(each) for each in lines], "gaps": gaps}

    def as_text(self, answer: Any) -> str:
        tree = [
            f"{'  ' * row['depth']}{row['name']} ({row['owner'] or 'nobody'}): {row['progress'] or '–'}"
            for row in answer["tree"]
        ]
        return "\n".join([*tree, *(f"{gap['kind']}: {gap['name']}" for gap in answer["gaps"])])


def _line(each: Placed) -> dict[str, Any]:
    state, ratio = each.node.state, each.node.state.ratio if each.node.state else None
    return {
        "type": each.node.key[0],
        "id": each.node.key[1],
        "depth": each.depth,
        "name": each.node.row.name,
        "owner": each.node.owner,
        "weight": None if each.weight is None else f"{each.weight.normalize():f}",
        "progress": None if ratio is None else f"{round(ratio, 6).normalize():f}",
        "status": None if state is None else str(state.status),
        "is_repeated": each.is_repeated,
    }
