"""Mend what the data-health page lists: say who is meant, merge what is the same, let stand what is right."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from crm.engine.texts import name_key
from crm.intake.resolve import WAITING, facts_resolve, history_off
from crm.models import Account, AccountKey, HealthDismissal, Product, ProductKey
from crm.policies import health
from crm.selectors.health import MODELS, odd_deals, text_is_known
from crm.services.applying import imports_lock
from crm.services.merging_quotas import Overlap, quotas_part
from kernel.row_id import row_id
from people.audit import audit
from people.models import PersonKey
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer

NEW = "new"  # instead of an id: make one of that name

REPOINT = {
    "owner": (
        "UPDATE people_personkey SET person_id = %(keep)s WHERE person_id = ANY(%(gone)s)",
        "UPDATE crm_opportunitychange SET owner_id = %(keep)s WHERE owner_id = ANY(%(gone)s)",
        "UPDATE crm_credit SET person_id = %(keep)s WHERE person_id = ANY(%(gone)s)",
        "UPDATE crm_handover SET from_person_id = %(keep)s WHERE from_person_id = ANY(%(gone)s)",
        "UPDATE crm_handover SET to_person_id = %(keep)s WHERE to_person_id = ANY(%(gone)s)",
        "UPDATE crm_handover SET ruled_by_id = %(keep)s WHERE ruled_by_id = ANY(%(gone)s)",
        "UPDATE crm_quota SET person_id = %(keep)s WHERE person_id = ANY(%(gone)s)",
    ),
    "account": (
        "UPDATE crm_accountkey SET account_id = %(keep)s, is_alias = true WHERE account_id = ANY(%(gone)s)",
        """DELETE FROM crm_namedaccount n USING crm_namedaccount o WHERE (n.account_id = ANY(%(gone)s))
            AND (o.account_id = %(keep)s OR (o.account_id = ANY(%(gone)s) AND o.id < n.id))
            AND n.starts_on < o.ends_before AND o.starts_on < n.ends_before""",
        "UPDATE crm_namedaccount SET account_id = %(keep)s WHERE account_id = ANY(%(gone)s)",
        "UPDATE crm_account SET parent_id = nullif(%(keep)s, id) WHERE parent_id = ANY(%(gone)s)",
        """DELETE FROM crm_customvalue WHERE id IN (SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY field_id ORDER BY account_id = %(keep)s DESC, id) AS place
            FROM crm_customvalue WHERE account_id = %(keep)s OR account_id = ANY(%(gone)s)) v WHERE place > 1)""",
        "UPDATE crm_customvalue SET account_id = %(keep)s WHERE account_id = ANY(%(gone)s)",
    ),
    "product": ("UPDATE crm_productkey SET product_id = %(keep)s, is_alias = true WHERE product_id = ANY(%(gone)s)",),
}
REPOINT_FACTS = "UPDATE {table} SET {column}_id = %(keep)s WHERE {column}_id = ANY(%(gone)s)"


def references_assign(*, viewer: Viewer, name: str, choices: Sequence[tuple[str, str, str]], at: datetime) -> int:
    """Say whom or what texts of sources mean: (source, text, id or "new"). Remembered: the next file knows it.

    How many facts found their owner, account or product. Raises: PermissionDenied, ValidationError.
    """
    health.require(viewer, "change")
    imports_lock()
    for source, text, choice in choices:
        _text_require(name, source, text)
        _key_set(name, source, text, _target(name, text, choice))
    audit(
        "references_assign", actor=viewer.person, at=at, subject=name, detail={"texts": [c[1] for c in choices][:100]}
    )
    count = facts_resolve(name)
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
    return count


def merge(
    *, viewer: Viewer, name: str, keep_id: int, ids: Collection[int], at: datetime, quotas: str = Overlap.ASK
) -> None:
    """Make several accounts, products or people (`owner`) one. Names and ids of the others stay known as its aliases.

    `quotas`: what becomes of quotas of people that overlap; unless it is chosen they stand in the way.

    Raises: PermissionDenied, ValidationError.
    """
    health.require(viewer, "change")
    imports_lock()
    model = MODELS[name]
    rows = {row.pk: row for row in model._default_manager.select_for_update().filter(pk__in=[keep_id, *ids])}
    gone = [rows[key] for key in ids if key in rows and key != keep_id]
    if keep_id not in rows or not gone:
        raise ValidationError(_("Choose at least two that are still there."), code="gone")
    taken_away = quotas_part(rows[keep_id], gone, quotas) if name == "owner" else []
    _aliases_keep(name, keep_id, gone)
    with refusals(), history_off() as cursor:
        facts = [REPOINT_FACTS.format(table=table, column=column) for table, column in WAITING[name]]
        for statement in (*REPOINT[name], *facts):
            cursor.execute(statement, {"keep": keep_id, "gone": [row.pk for row in gone]})
    _remove(name, gone)
    detail = {"merged": [str(row) for row in gone]} | ({"quotas_taken_away": taken_away} if taken_away else {})
    audit("merge", actor=viewer.person, at=at, subject=rows[keep_id], detail=detail)
    facts_resolve(name)
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)


def findings_dismiss(*, viewer: Viewer, check: str, subjects: Collection[str], at: datetime) -> int:
    """Let findings stand: they are not listed again."""
    health.require(viewer, "change")
    rows = [
        HealthDismissal(check_name=check, subject=subject[:300], created_by=viewer.person, created_at=at)
        for subject in subjects
        if "\x00" not in subject  # which no finding has, and Postgres refuses
    ]
    HealthDismissal.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    audit("findings_dismiss", actor=viewer.person, at=at, subject=check, detail={"count": len(rows)})
    return len(rows)


def odd_deals_dismiss(*, viewer: Viewer, check: str, at: datetime) -> int:
    """Let all deals stand that a check lists."""
    health.require(viewer, "change")
    subjects = [str(key) for key in odd_deals(check).values_list("pk", flat=True)]
    return findings_dismiss(viewer=viewer, check=check, subjects=subjects, at=at)


def _target(name: str, text: str, choice: str) -> int:
    if choice == NEW and name == "account":
        return Account.objects.create(name=text, name_key=name_key(text)[:300]).pk
    if choice == NEW and name == "product":
        return Product.objects.create(name=text, name_key=name_key(text)[:300]).pk
    found = MODELS[name]._default_manager.filter(pk=row_id(choice) or 0).first()
    if found is None:
        raise ValidationError(_("Choose from the list who or what “%(text)s” is.") % {"text": text}, code="gone")
    return int(found.pk)


def _text_require(name: str, source: str, text: str) -> None:
    """Only what facts say can be given a meaning; a made-up text may be too long or no text for the database."""
    if "\x00" in source + text or not text_is_known(name, source, text):
        raise ValidationError(_("Choose from the list who or what “%(text)s” is.") % {"text": text}, code="gone")


def _key_set(name: str, source: str, text: str, target_id: int) -> None:
    if name == "owner":
        PersonKey.objects.update_or_create(source=source, external_id=text[:200], defaults={"person_id": target_id})
    elif name == "account":
        AccountKey.objects.update_or_create(
            source=source, external_id=text, defaults={"account_id": target_id, "is_alias": True}
        )
    else:
        ProductKey.objects.update_or_create(
            source=source, external_id=text, defaults={"product_id": target_id, "is_alias": True}
        )


ALIASES = """
INSERT INTO {table} (source, external_id, {column}{alias})
SELECT DISTINCT o.source, o.{reference}_text, %(keep)s{true} FROM {facts} o
WHERE o.{reference}_id = ANY(%(gone)s) AND o.{reference}_text <> ''
ON CONFLICT DO NOTHING
"""


def _aliases_keep(name: str, keep_id: int, gone: Sequence[object]) -> None:
    """What facts called the ones that go means the one that stays, in their source."""
    table = {"owner": "people_personkey", "account": "crm_accountkey", "product": "crm_productkey"}[name]
    column = "person_id" if name == "owner" else f"{name}_id"
    with connection.cursor() as cursor:
        for facts, reference in WAITING[name]:
            sql = ALIASES.format(
                table=table,
                column=column,
                facts=facts,
                reference=reference,
                alias="" if name == "owner" else ", is_alias",
                true="" if name == "owner" else ", true",
            )
            cursor.execute(sql, {"keep": keep_id, "gone": [row.pk for row in gone]})  # type: ignore[attr-defined]


def _spelling_require(person: Any) -> None:
    """Raises: ValidationError where a person is not just another spelling: with them would go what nobody meant."""
    if person.user_id or person.holdings.exists() or person.grants.exists():
        words = _("%(name)s has a sign-in, a seat or a role. Keep that person, or take these away first.")
    elif any(held.exists() for held in (person.leaves, person.delegations, person.delegated, person.acting)):
        words = _("%(name)s has leave, stands in or acts for somebody. Keep that person, or take these away first.")
    elif person.erased_at is not None:
        words = _("%(name)s stays, so that no file brings the name back. Keep that person.")
    else:
        return
    raise ValidationError(words % {"name": person}, code="in_use")


def _remove(name: str, gone: Sequence[object]) -> None:
    """A person with a sign-in, a seat or a role is not just another spelling."""
    try:
        with transaction.atomic():
            for row in gone:
                if name == "owner":
                    _spelling_require(row)
                row.delete()  # type: ignore[attr-defined]
    except IntegrityError as error:
        raise ValidationError(_("One of them is used elsewhere, so it stays. Keep that one."), code="in_use") from error
