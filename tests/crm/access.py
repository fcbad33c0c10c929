"""What the addresses of this app need: deals of Alice, Carol and the house, an import, a stage."""

from datetime import date
from decimal import Decimal
from typing import Any

from crm.models import (
    Account,
    Activity,
    CustomField,
    ExchangeRate,
    HandOver,
    ImportBatch,
    Lead,
    NamedAccount,
    Opportunity,
    Pipeline,
    Quota,
    SeatQuota,
    Stage,
    Territory,
)
from people.files import file_store
from people.models import Person, Team
from people.wall import tenant
from tests.cast import NOW, Cast


def make_stage(name: str = "Won", outcome: str = "won", position: int = 1) -> Stage:
    pipeline, _ = Pipeline.objects.get_or_create(name="Sales", defaults={"is_default": True})
    key = name.lower()
    found, _ = Stage.objects.get_or_create(
        pipeline=pipeline, name_key=key, defaults={"name": name, "outcome": outcome, "position": position}
    )
    return found


def make_deal(external_id: str, owner: Person | None = None, stage: Stage | None = None, **fields: Any) -> Opportunity:
    stage = stage or make_stage()
    amount = fields.pop("amount", Decimal(100))
    return Opportunity.objects.create(
        external_id=external_id,
        owner=owner,
        stage=stage,
        outcome=stage.outcome,
        amount=amount,
        converted_amount=amount,
        currency="USD",
        **{"source": "files", "closed_on": date(2026, 5, 1), **fields},
    )


def make_batch(content: bytes = b"opportunity_id,deal_stage\nA1,Won\n", **fields: Any) -> ImportBatch:
    file = file_store(name="deals.csv", stream=[content], created_by=None, at=NOW)
    values = {"kind": "opportunity", "source": "files", "file_name": "deals.csv", "created_at": NOW, **fields}
    return ImportBatch.objects.create(file=file, **values)


def make_lead(external_id: str, owner: Person | None = None, **fields: Any) -> Lead:
    return Lead.objects.create(
        external_id=external_id, owner=owner, **{"source": "files", "created_on": date(2026, 4, 1), **fields}
    )


def make_field(name: str, type: str = "choice", entity: str = "opportunity", **fields: Any) -> CustomField:
    return CustomField.objects.create(name=name, key=name.lower(), type=type, entity=entity, **fields)


def make_quota(who: Person | Team, amount: Any = 9000, **fields: Any) -> Quota:
    """A quota of the second quarter of 2026."""
    worth = Decimal(amount)
    values = {"starts_on": date(2026, 4, 1), "ends_before": date(2026, 7, 1), "currency": "USD", **fields}
    holder = {"person" if isinstance(who, Person) else "team": who}
    return Quota.objects.create(amount=worth, converted_amount=worth, **holder, **values)


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        wales = Territory.objects.create(name="Wales", regions=["Wales"])
        assert cast.vacant_seat is not None
        account = Account.objects.create(name="Rope Ltd", name_key="ropeltd")
        named = NamedAccount.objects.create(account=account, seat=cast.vacant_seat)
        days = {"starts_on": date(2026, 4, 1), "ends_before": date(2026, 7, 1)}
        of_a_seat = SeatQuota.objects.create(seat=cast.vacant_seat, amount=9, currency="USD", **days)
        opened = make_stage("Engaging", "open", 2)
        open_deal = make_deal("O1", cast.alice, opened, closed_on=None)
        handed = HandOver.objects.create(
            opportunity=open_deal, from_person=cast.bob, to_person=cast.alice, handed_on=date(2026, 4, 1)
        )
        return {
            "alices_deal": make_deal("A1", cast.alice).pk,
            "carols_deal": make_deal("C1", cast.carol).pk,
            "wales": wales.pk,
            "of_a_seat": of_a_seat.pk,
            "named": named.pk,
            "rope": account.pk,
            "open_deal": open_deal.pk,
            "handed_over": handed.pk,
            "house_deal": make_deal("H1").pk,
            "uploaded": make_batch().pk,
            "checked": make_batch(state="checked", received=1, created=1).pk,
            "applied": make_batch(state="applied", received=1, created=1, columns=["opportunity_id"]).pk,
            "alices_lead": make_lead("L1", cast.alice).pk,
            "other_pipeline": Pipeline.objects.create(name="Renewals").pk,
            "segment": make_field("Segment").pk,
            "euro_rate": ExchangeRate.objects.create(
                from_currency="EUR", to_currency="USD", starts_on=date(2026, 1, 1), rate="1.1"
            ).pk,
            "alices_quota": make_quota(cast.alice).pk,
            "entered_lead": make_lead("entered", cast.alice, source="", name="L-why").pk,
            "alices_call": Activity.objects.create(
                source="", external_id="call", person=cast.alice, type="call", occurred_at=NOW, occurred_on=NOW.date()
            ).pk,
            "empty_stage": make_stage("Engaging", "open", 2).pk,
        }
