from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.resolve import created_ids, parents_resolve
from crm.kinds.base import Intake, register
from crm.kinds.named import NamedKind
from crm.models import Account, ImportBatch
from people.models import Person


@register
class AccountKind(NamedKind):
    label = _("accounts")
    shape = Shape(
        kind="account",
        id_from="name",
        telling=frozenset({"industry", "parent"}),
        fields=(
            Field(
                "id",
                names=("account id", "customer id", "company id", "client id", "account number", "customer number"),
                label=_("id"),
            ),
            Field(
                "name",
                names=("account", "account name", "company", "company name", "customer", "customer name", "client",
                       "client name", "organization", "firma", "kunde"),
                label=_("name"),
            ),
            Field(
                "industry", names=("sector", "industry name", "vertical", "segment", "branche"), longest=200,
                label=_("industry"),
            ),
            Field(
                "region",
                names=("office location", "country", "location", "billing country", "state", "city", "land"),
                longest=200,
                label=_("region"),
            ),
            Field(
                "parent", FieldType.REFERENCE,
                ("subsidiary of", "parent account", "parent company", "parent id", "parent account id", "parent name"),
                label=_("parent account"),
            ),
        ),
    )  # fmt: skip
    columns = {
        "name": {"name": "coalesce(t.f_name, t.f_id)", "name_key": "t.name_key"},
        "industry": {"industry": "coalesce(t.f_industry, '')"},
        "region": {"region": "coalesce(t.f_region, '')"},
        "parent": {"parent_text": "coalesce(t.f_parent, '')"},
    }

    # seats that somebody gave it to since; what a file said about them is that file's matter
    goes_first = (
        """DELETE FROM crm_namedaccount n USING undo_record r, crm_importchange c
            WHERE r.fate = 'taken' AND r.record_id = n.account_id AND c.batch_id = %(batch)s AND c."table" = 'crm_account'
            AND c.object_id = n.account_id AND c.before IS NULL AND NOT EXISTS (
                SELECT 1 FROM crm_importchange x WHERE x."table" = 'crm_namedaccount' AND x.object_id = n.id
            )""",
    )

    def compare(self, intake: Intake) -> None:
        super().compare(intake)
        if "parent" in intake.fields:
            _unknown_parents_tell(intake)

    def write(self, intake: Intake) -> int:
        removed = super().write(intake)
        parents_resolve(intake.source)
        return removed

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        Account.objects.filter(parent__in=created_ids(batch, "crm_account")).update(parent=None)
        super().undo(batch, actor=actor, at=at)
        parents_resolve(batch.source)


def _unknown_parents_tell(intake: Intake) -> None:
    for value, count, row in intake.rows(
        """SELECT t.f_parent, count(*), min(t.number) FROM {t} t
            WHERE t.f_parent IS NOT NULL AND t.result IS DISTINCT FROM 'refused'
            AND NOT EXISTS (SELECT 1 FROM {t} o WHERE t.f_parent IN (o.f_id, o.f_name))
            AND NOT EXISTS (SELECT 1 FROM crm_account a WHERE a.name = t.f_parent)
            AND NOT EXISTS (SELECT 1 FROM crm_accountkey k WHERE k.source = %(source)s AND k.external_id = t.f_parent)
            GROUP BY 1 ORDER BY 3"""
    ):
        intake.warn("unknown_parent", count, row, field="parent", value=value)
