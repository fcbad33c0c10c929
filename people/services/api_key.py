"""Keys with which programs speak for a person."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people import told
from people.audit import audit
from people.models import ApiKey, ApiReplay, Person
from people.policies import api_keys
from people.viewer import Viewer

PREFIX = "spm"
SECRET_BYTES = 32


@dataclass(frozen=True)
class MadeKey:
    """A new key and its text, which nobody can read again."""

    key: ApiKey
    text: str


@transaction.atomic
def api_key_create(
    *,
    viewer: Viewer | None,
    name: str,
    person: Person,
    scopes: list[str],
    at: datetime,
    expires_at: datetime | None = None,
) -> MadeKey:
    """A key speaks for whoever makes it or for somebody who cannot sign in, never for a colleague who can.

    Raises: ValidationError.
    """
    api_keys.require(viewer, "create")
    if viewer is not None and person != viewer.person and person.user_id is not None:
        raise ValidationError(
            {
                "person": _(
                    "%(name)s can sign in, so nobody else makes a key that speaks for them. Choose yourself, or add a"
                    " person without a sign-in for the program and give it the role it needs."
                )
                % {"name": person.name}
            }
        )
    unknown = set(scopes) - set(ApiKey.Scope.values)
    if unknown or not scopes:
        raise ValidationError({"scopes": _("Choose what the key may do.")})
    if expires_at is not None and expires_at <= at:
        raise ValidationError({"expires_on": _("This day is over already. Choose a later one, or none.")})
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        name=" ".join(name.split()),
        person=person,
        scopes=[scope for scope in ApiKey.Scope.values if scope in scopes],
        digest=digest_of(secret),
        ending=secret[-4:],
        created_by=viewer.person if viewer else None,
        created_at=at,
        expires_at=expires_at,
    )
    key.refresh_from_db(fields=["organization"])
    audit("api_key_create", actor=viewer, at=at, subject=key, detail={"name": key.name, "scopes": key.scopes})
    told.key_made(key, at=at)
    return MadeKey(key, f"{PREFIX}_{key.organization_id}_{key.pk}_{secret}")


@transaction.atomic
def api_key_revoke(*, viewer: Viewer | None, key: ApiKey, at: datetime) -> None:
    """From now on the key opens nothing; it stays in the list. Revoked twice, the first time counts."""
    api_keys.require(viewer, "revoke", key)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        audit("api_key_revoke", actor=viewer, at=at, subject=key, detail={"name": key.name})


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so one round of SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def api_key_used(*, key: ApiKey, at: datetime) -> None:
    """Note the use, once a minute at most."""
    if key.last_used_at is None or (at - key.last_used_at).total_seconds() >= 60:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def replay_begin(*, caller: str, key: str, fingerprint: str, at: datetime, forget_before: datetime) -> ApiReplay | None:
    """Reserve an Idempotency-Key in the transaction of the request; the former answer where there is one. Older ones go.

    A second request with the same key waits here for the first. Raises: ValidationError where another request had it.
    """
    ApiReplay.objects.filter(created_at__lt=forget_before).delete()
    found, is_new = ApiReplay.objects.get_or_create(
        caller=caller, key=key, defaults={"fingerprint": fingerprint, "created_at": at}
    )
    if found.fingerprint != fingerprint:
        raise ValidationError(
            _("This Idempotency-Key was used for another request. Use a new one for each."), code="key_reused"
        )
    return None if is_new else found


def replay_keep(*, caller: str, key: str, status: int, body: object) -> None:
    """Keep the answer for the next time."""
    ApiReplay.objects.filter(caller=caller, key=key).update(status=status, body=body)
