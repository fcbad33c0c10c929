import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from people.management.base import TenantCommand
from people.models import Organization
from people.wall import current_organization_id


class Here(TenantCommand):
    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--refuse", action="store_true")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if options["refuse"]:
            raise ValidationError({"name": "Too long."})
        return {"slug": organization.slug, "here": current_organization_id() == organization.pk}


class Outside(Here):
    opens_tenant = False


def run(command: TenantCommand, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def acme(db: None) -> Organization:
    return Organization.objects.create(slug="acme", name="Acme")


def test_the_command_runs_behind_the_wall_of_the_named_organization(acme: Organization) -> None:
    assert json.loads(run(Here(), "--organization", "acme", "--format", "json")) == {"slug": "acme", "here": True}
    assert current_organization_id() is None


def test_a_command_that_opens_the_wall_itself_starts_outside(acme: Organization) -> None:
    assert json.loads(run(Outside(), "--organization", "acme", "--format", "json"))["here"] is False


def test_text_is_the_default_format(acme: Organization) -> None:
    assert run(Here(), "--organization", "acme") == "slug: acme\nhere: True\n"


def test_an_unknown_organization_is_refused_with_the_known_ones(acme: Organization) -> None:
    with pytest.raises(CommandError, match=r"no organization “acne”\. There are: acme") as refused:
        run(Here(), "--organization", "acne")
    assert refused.value.returncode == 1


def test_a_refusal_names_the_field(acme: Organization) -> None:
    with pytest.raises(CommandError, match="name: Too long") as refused:
        run(Here(), "--organization", "acme", "--refuse")
    assert refused.value.returncode == 1


def test_a_missing_organization_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Here().run_from_argv(["manage.py", "here"])
    assert ended.value.code == 2
    assert "--organization" in capsys.readouterr().err
