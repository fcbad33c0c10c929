"""Erase a person: the name and addresses go everywhere, the person key stays, so no figure changes.

It cannot be undone. See docs/decisions for what is kept, and why a file does not bring the name back.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from people.audit import audit
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import ApiKey, ErasedMark, Invitation, Job, Organization, Person, PersonKey, PersonRecord, User
from people.personal import Erasing, digest, erasers, folded, searched_columns
from people.policies import persons
from people.services.grant import administrator_remains, administrators_lock
from people.viewer import Viewer
from people.wall import tenant

KIND = "people.person_erase"
LETTERS = 3  # a word of a name shorter than this does not make an id a name


@transaction.atomic
def person_erase_ask(*, viewer: Viewer, person: Person, name: str, at: datetime) -> Job:
    """Erase somebody who has left: the sign-in ends now, a worker does the rest. Raises: ValidationError."""
    persons.require(viewer, "erase", person)
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if folded(name) != folded(row.name):
        raise ValidationError({"name": _("This is not the name of the person. Write it exactly as above.")})
    erasable_require(row, viewer)
    if erasure_running(row) is not None:
        raise ValidationError(_("This person is being erased already."), code="running")
    User.objects.filter(person=row).update(is_active=False)
    audit("person_erase_ask", actor=viewer, at=at, subject=row)
    return job_start(kind=KIND, arguments={"person": row.pk}, created_by=viewer.person, at=at)


def erasable_require(person: Person, viewer: Viewer) -> None:
    """Raises: ValidationError that says why the person cannot be erased now."""
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased already."), code="erased")
    if person.pk == viewer.person.pk:
        raise ValidationError(_("You cannot erase yourself. Another administrator can."), code="own")
    if not person.has_left(viewer.on):
        raise ValidationError(
            _("Only somebody who has left can be erased. Set the leaving day first."), code="not_left"
        )


def erasure_running(person: Person) -> Job | None:
    """The erasure that a worker does now or next. One query."""
    open_states = [Job.State.WAITING, Job.State.RUNNING]
    return Job.objects.filter(kind=KIND, state__in=open_states, arguments__person=person.pk).first()


def erasure_last(person: Person) -> Job | None:
    """The last erasure that was asked for. One query."""
    return Job.objects.filter(kind=KIND, arguments__person=person.pk).order_by("-pk").first()


@job_kind(KIND)
def person_erase_work(run: JobRun) -> dict[str, Any]:
    """Job: erase in one transaction; a second attempt finds it done."""
    with tenant(run.organization_id):
        organization = Organization.objects.get(pk=run.organization_id)
        job = Job.objects.select_related("created_by").get(pk=run.job_id)
        person = Person.objects.filter(pk=run.arguments["person"]).first()
    if person is None or person.erased_at is not None:
        return {"rows": 0}
    try:
        with tenant(run.organization_id), translation.override(organization.locale):
            rows = person_erase(person=person, actor=job.created_by, at=job.created_at)
    except ValidationError as error:
        raise JobRefused(error.messages[0]) from error
    return {"rows": rows}


@transaction.atomic
def person_erase(*, person: Person, actor: Person | None, at: datetime) -> int:
    """Take the name and addresses out of everything behind the wall; how many rows held them. Raises: ValidationError.

    An import that runs meanwhile waits, or makes this wait: both write under one lock.
    """
    administrators_lock()
    row = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
    erasing = _erasing(row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasure', 'on', true)")
    for function in erasers():
        function(erasing)
    _marks_keep(erasing)
    _keys_replace(erasing)
    _sign_in_remove(row)
    ApiKey.objects.filter(person=row, revoked_at=None).update(revoked_at=at)
    Invitation.objects.filter(person=row).delete()
    _files_remove(row)
    count = sum(_search(model, columns, erasing) for model, columns in searched_columns())
    Person.objects.filter(pk=row.pk).update(name=erasing.pseudonym, email="", user=None, erased_at=at)
    _history(row).update(name=erasing.pseudonym, email="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasure', '', true)")
    administrator_remains(row.left_on or at.date())
    audit("person_erase", actor=actor, at=at, subject=row, detail={"rows": count})
    return count


def _history(person: Person) -> "models.QuerySet[Any]":
    events: Any = Person._meta.get_field("events").related_model
    found: models.QuerySet[Any] = events.objects.filter(pgh_obj_id=person.pk)
    return found


def _erasing(person: Person) -> Erasing:
    names, addresses = _known_as(person)
    shared = {folded(name) for name in Person.objects.exclude(pk=person.pk).values_list("name", flat=True)}
    keys = {key for key in person.keys.values_list("external_id", flat=True) if _is_personal(key, names)}
    names = {name for name in names if folded(name) not in shared}
    turned = {f"{name.split()[-1]}, {' '.join(name.split()[:-1])}" for name in names if " " in name.strip()}
    own_keys = {key for key in keys if folded(key) not in shared}
    texts = {text.strip() for text in names | turned | addresses | own_keys if text.strip()}
    phrases = {text for text in texts if "@" in text or " " in text}
    with_pseudonym = _("Erased person %(number)s") % {"number": person.pk}
    return Erasing(person, with_pseudonym, frozenset(phrases), frozenset(texts - phrases), frozenset(keys))


def _known_as(person: Person) -> tuple[set[str], set[str]]:
    """Every name and address that the person has or had."""
    former = list(_history(person).values_list("name", "email"))
    names = {person.name, *(name for name, _email in former)}
    addresses = {person.email, *(email for _name, email in former)}
    addresses |= set(Invitation.objects.filter(person=person).values_list("email", flat=True))
    if person.user is not None:
        addresses.add(person.user.email)
    return {name for name in names if name}, {address for address in addresses if address}


def _is_personal(key: str, names: set[str]) -> bool:
    """An id made of the name or an address tells who it is; a number does not, and stays to find the person again."""
    words = {word for name in names for word in folded(name).split() if len(word) >= LETTERS}
    return "@" in key or any(word in key.lower() for word in words)


def _marks_keep(erasing: Erasing) -> None:
    digests = {digest(text) for text in erasing.phrases | erasing.words}
    marks = [ErasedMark(person=erasing.person, digest=one) for one in digests]
    ErasedMark.objects.bulk_create(marks, ignore_conflicts=True)


def _keys_replace(erasing: Erasing) -> None:
    """One key a source carries the pseudonym; the others that were made of the name are needless."""
    seen: set[str] = set()
    for key in PersonKey.objects.filter(person=erasing.person).order_by("pk"):
        if key.external_id not in erasing.keys:
            continue
        if key.source in seen:
            key.delete()
            continue
        seen.add(key.source)
        PersonKey.objects.filter(pk=key.pk).update(external_id=erasing.pseudonym)


def _sign_in_remove(person: Person) -> None:
    """The sign-in with everything that hangs on it, and its open sessions."""
    user = person.user
    if user is None:
        return
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    Person.objects.filter(pk=person.pk).update(user=None)
    user.delete()


def _files_remove(person: Person) -> None:
    for record in PersonRecord.objects.filter(person=person).select_related("file"):
        if record.file is not None:
            record.file.delete()
    PersonRecord.objects.filter(person=person).delete()


def _search(model: type[models.Model], columns: list[Any], erasing: Erasing) -> int:
    """Put the pseudonym in place of the name in every row of a table. One statement."""
    if not erasing.text_pattern:
        return 0
    quote = connection.ops.quote_name
    sets, tests = [], []
    for field in columns:
        name = quote(str(field.column))
        if isinstance(field, models.JSONField):
            sets.append(f"{name} = regexp_replace({name}::text, %(json)s, %(by)s, 'gi')::jsonb")
            tests.append(f"{name}::text ~* %(json)s")
            continue
        replaced = f"regexp_replace({name}, %(text)s, %(by)s, 'gi')"
        sets.append(f"{name} = left({replaced}, {field.max_length})" if field.max_length else f"{name} = {replaced}")
        tests.append(f"{name} ~* %(text)s")
    values = {"json": erasing.json_pattern, "text": erasing.text_pattern, "by": erasing.pseudonym.replace("\\", "")}
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(model._meta.db_table)} SET {', '.join(sets)} WHERE {' OR '.join(tests)}", values)
        return int(cursor.rowcount)
