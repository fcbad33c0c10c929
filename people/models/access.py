"""How people come in, who looked as whom, what was handed out about a person, and what must not come back."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class Invitation(Walled):
    """The way to a first password. The link is a signature over (organization, id, serial): nothing secret is stored."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    serial = models.PositiveIntegerField(default=1)  # each sending makes the links before it useless
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    mailed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open",
                violation_error_message=_("This person is invited already."),
            )
        ]
        indexes = [models.Index(fields=["organization", "created_at"], name="invitation_created")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.email}"

    def state_at(self, at: datetime) -> str:
        """accepted, withdrawn, expired or open."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.expires_at <= at else "open"


class Look(Walled):
    """Somebody looked at the product as somebody else: who, as whom, why, from when to when."""

    actor = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="looks")
    reason = models.CharField(_("reason"), max_length=300)
    started_at = models.DateTimeField(_("from"))
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "person", "started_at"], name="look_person")]

    def __str__(self) -> str:
        return f"{self.actor_id} as {self.person_id}"


class PersonRecord(Walled):
    """One file of everything that is kept about a person; it goes when its time is over."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="records")
    job = models.ForeignKey("people.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    file = models.ForeignKey("people.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "person", "created_at"], name="personrecord_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.created_at}"


class ErasedMark(Walled):
    """The digest of a name, address or id of an erased person, so that a file does not bring it back."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="erasedmark_digest")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.digest[:8]}"
