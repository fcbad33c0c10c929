"""Leads. Who became a customer is worked out by triggers from these rows and from the deals (`crm.models.lead`)."""

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.kinds.base import Intake, register
from crm.kinds.facts import FactKind, counts_tell, reference
from crm.models import Lead

SHAPE = Shape(
    kind="lead",
    telling=frozenset({"converted_on", "opportunity"}),
    fields=(
        Field(
            "id",
            names=("lead id", "mql id", "lead number", "lead no", "prospect id", "inquiry id", "record id", "lead"),
            is_required=True,
            longest=200,
            label=_("id"),
        ),
        Field(
            "name",
            names=("lead name", "full name", "contact name", "prospect", "contact", "prospect name"),
            label=_("name"),
        ),
        Field(
            "owner",
            FieldType.REFERENCE,
            ("lead owner", "owner id", "owner name", "owner email", "assigned to", "sales rep", "sales agent", "rep",
             "sdr id", "sdr", "responsible"),
            label=_("owner"),
        ),
        Field(
            "account",
            FieldType.REFERENCE,
            ("company", "company name", "account name", "account id", "organization", "organisation", "firma"),
            label=_("account"),
        ),
        Field(
            "source",
            names=("lead source", "origin", "channel", "utm source", "campaign", "marketing channel", "herkunft"),
            longest=200,
            label=_("lead source"),
        ),
        Field(
            "created_on",
            FieldType.DATE,
            ("first contact date", "first contact", "created date", "create date", "date created", "created",
             "created at", "creation date", "inquiry date", "received on", "erstellt am"),
            label=_("created on"),
        ),
        Field(
            "converted_on",
            FieldType.DATE,
            ("converted date", "conversion date", "date converted", "converted", "converted at", "became customer on",
             "became a customer date"),
            label=_("became a customer on"),
        ),
        Field(
            "opportunity",
            names=("converted opportunity id", "opportunity id", "converted opportunity", "deal id", "deal"),
            label=_("deal it became"),
        ),
    ),
)  # fmt: skip


@register
class LeadKind(FactKind):
    shape = SHAPE
    label = _("leads")
    model = Lead
    references = {"owner": "owner", "account": "account"}
    worked_out = ("opportunity_id",)
    columns = {
        "name": {"name": "coalesce(t.f_name, '')"},
        "owner": reference("owner"),
        "account": reference("account"),
        "source": {"lead_source": "coalesce(t.f_source, '')"},
        "created_on": {"created_on": "t.f_created_on"},
        "converted_on": {"stated_converted_on": "t.f_converted_on"},
        "opportunity": {"opportunity_text": "coalesce(t.f_opportunity, '')"},
    }

    def tell(self, intake: Intake) -> None:
        counts_tell(
            self,
            intake,
            {
                "no_created_date": ("created_on", "t.f_created_on IS NULL"),
                "converted_before_created": ("converted_on", "t.f_converted_on < t.f_created_on"),
            },
        )
