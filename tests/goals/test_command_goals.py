"""`manage.py goals`: list, import, check in, remind."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from goals.models import CheckIn, Goal
from tests.cast import Cast
from tests.goals.build import make_goal

pytestmark = pytest.mark.django_db
HEADING = "person,team,name,metric,target,from,to,baseline,filter\n"


def goals(*arguments: str) -> Any:
    out = StringIO()
    call_command("goals", *arguments, "--organization", "acme", "--format", "json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def sheet(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "goals.csv"
    path.write_text(HEADING + "\n".join(lines), encoding="utf-8")
    return str(path)


def test_list_says_where_goals_stand(cast: Cast) -> None:
    make_goal(cast.alice, "Alice's")
    make_goal(cast.north, "The team's")
    found = goals("list", "--on", "2026-06-15")
    assert [(row["owner"], row["target"], row["status"]) for row in found["goals"]] == [
        ("Alice Ames", "1000", "behind"),
        ("North", "1000", "behind"),
    ]
    assert len(goals("list", "--on", "2026-06-15", "--person", "Alice Ames")["goals"]) == 1
    assert goals("list", "--on", "2026-06-15", "--when", "past")["goals"] == []


def test_import_sets_every_line_or_none(cast: Cast, tmp_path: Path) -> None:
    good = "Alice Ames,,Win more,win_rate,0.6,2026-07-01,2026-10-01,0.5,"
    bad = ",North,Sell,revenue,many,2026-07-01,2026-10-01,,"
    with pytest.raises(CommandError, match="Nothing was set"):
        goals("import", sheet(tmp_path, good, bad))
    assert not Goal.objects.exists()
    assert goals("import", sheet(tmp_path, good), "--dry-run") == {"received": 1, "created": 0}
    assert not Goal.objects.exists()
    team = ",North,Sell,revenue,5000,2026-07-01,2026-10-01,,"
    assert goals("import", sheet(tmp_path, good, team)) == {"received": 2, "created": 2}
    assert Goal.objects.filter(person=cast.alice, unit="ratio").count() == 1


@pytest.mark.parametrize(
    "line",
    [
        "Nobody,,Win,revenue,1,2026-07-01,2026-10-01,,",
        "Alice Ames,North,Win,revenue,1,2026-07-01,2026-10-01,,",
        "Alice Ames,,Win,speed,1,2026-07-01,2026-10-01,,",
        "Alice Ames,,Win,revenue,NaN,2026-07-01,2026-10-01,,",
        "Alice Ames,,Win,revenue,1,tomorrow,2026-10-01,,",
        "Alice Ames,,Win,revenue,1,2026-07-01,2026-10-01,,region=Nowhere",
        "Alice Ames,,,revenue,1,2026-07-01,2026-10-01,,",
        "id:99999999999999999999999,,Win,revenue,1,2026-07-01,2026-10-01,,",
    ],
)
def test_a_line_that_means_nothing_is_told_by_its_number(cast: Cast, tmp_path: Path, line: str) -> None:
    with pytest.raises(CommandError):
        goals("import", sheet(tmp_path, line))
    assert not Goal.objects.exists()


def test_check_in_and_remind(cast: Cast) -> None:
    goal = make_goal(cast.alice, kind="manual", cadence="weekly")
    goals("check-in", "--goal", str(goal.pk), "--value", "12.5", "--confidence", "low", "--on", "2026-05-01")
    assert CheckIn.objects.get().value == 12.5
    assert goals("remind", "--on", "2026-05-08") == {"told": 1}
    for arguments in (["--goal", "0"], ["--goal", str(goal.pk), "--value", "x"], ["--goal", str(goal.pk)]):
        with pytest.raises(CommandError):
            goals("check-in", *arguments)
