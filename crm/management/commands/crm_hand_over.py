from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm.models import HandOver, HandOverDefault, Opportunity
from crm.selectors.hand_overs import Handed, defaults, with_rules
from crm.services.handover import deal_hand_over, hand_over_default_set, hand_over_rule_set, rule_read
from kernel.row_id import row_id
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.viewer import day_at


class Command(TenantCommand):
    help = "Hand a deal over, set the rule for the credit of deals that change owner, or list hand-overs and rules."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--deal", metavar="ID", help="hand this deal over: its id in the source, SOURCE/ID or id:NUMBER"
        )
        what.add_argument("--hand-over", type=int, metavar="NUMBER", help="give this hand-over the rule")
        what.add_argument("--default", action="store_true", help="set the organization's rule")
        parser.add_argument("--to", metavar="PERSON", help="e-mail address, name or id:NUMBER of the new owner")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="day of the hand-over, or of the rule")
        parser.add_argument("--rule", default="", help="“owner at close”, “previous owner 30 days”, “shared 40/60”")
        parser.add_argument("--reason", default="", help="why, for the deal's page")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        rule, at = rule_read(options["rule"]), timezone.now()
        on = options["on"] or day_at(organization, at)
        if options["deal"]:
            if not options["to"]:
                raise CommandError("Say to whom: --to PERSON.", returncode=2)
            deal, to = _deal(options["deal"]), person_of(options["to"])
            made = deal_hand_over(viewer=None, deal=deal, to=to, on=on, rule=rule, at=at, reason=options["reason"])
            return {"hand_overs": [_told(each) for each in with_rules([made])]}
        if options["hand_over"] is not None:
            row = HandOver.objects.filter(pk=options["hand_over"]).first()
            if row is None:
                raise CommandError(f"There is no hand-over {options['hand_over']} in this organization.")
            row = hand_over_rule_set(viewer=None, hand_over=row, rule=rule, at=at, reason=options["reason"])
            return {"hand_overs": [_told(each) for each in with_rules([row])]}
        if options["default"]:
            hand_over_default_set(viewer=None, rule=rule, starts_on=on, at=at)
        people = HandOver.objects.select_related("opportunity", "from_person", "to_person").order_by("handed_on", "pk")
        return {
            "rules": [_rule_told(each) for each in defaults()],
            "hand_overs": [_told(each) for each in with_rules(list(people))],
        }

    def as_text(self, answer: dict[str, Any]) -> str:
        lines = [f"since {row['starts_on']}: {_words(row)}" for row in answer.get("rules", [])]
        lines += [
            f"{row['id']}: {row['deal']} from {row['from']} to {row['to']} on {row['on']}: {_words(row)}"
            for row in answer["hand_overs"]
        ]
        return "\n".join(lines) or "No rule is set, and no deal has changed owner."


def _words(row: dict[str, Any]) -> str:
    numbers = [f"{row['days']} days" if row["days"] else "", f"{row['previous_share']} of 1 previous owner"]
    return " ".join([row["rule"], *(each for each in numbers if each and "None" not in each)])


def _rule_told(row: HandOverDefault) -> dict[str, Any]:
    share = row.previous_share
    return {
        "rule": row.rule,
        "days": row.days,
        "previous_share": None if share is None else f"{share.normalize():f}",
        "starts_on": row.starts_on.isoformat(),
        "ends_before": row.ends_before.isoformat(),
    }


def _told(each: Handed) -> dict[str, Any]:
    row, share = each.row, each.previous_share
    return {
        "id": row.pk,
        "deal": row.opportunity.external_id,
        "from": row.from_person.name if row.from_person else None,
        "to": row.to_person.name if row.to_person else None,
        "on": row.handed_on.isoformat(),
        "rule": each.rule,
        "days": each.days,
        "previous_share": None if share is None else f"{share.normalize():f}",
        "is_own_rule": each.is_own,
    }


def _deal(text: str) -> Opportunity:
    """The deal that is meant. Raises: CommandError."""
    source, _slash, external_id = text.rpartition("/")
    if text.startswith("id:"):
        found = Opportunity.objects.filter(pk=row_id(text[3:]) or 0)
    elif source:
        found = Opportunity.objects.filter(source=source, external_id=external_id)
    else:
        found = Opportunity.objects.filter(external_id=text)
    deals = list(found.filter(is_deleted=False)[:2])
    if len(deals) != 1:
        raise CommandError(f"{'Several deals are' if deals else 'No deal is'} called “{text}”.")
    return deals[0]
