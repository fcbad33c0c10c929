"""What people are told: the inbox, the mails made of it, and how each person wants it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class MailChoice(models.TextChoices):
    """Besides the inbox, which always has it."""

    AT_ONCE = "at_once", _("e-mail at once")
    DIGEST = "digest", _("in a daily e-mail")
    NONE = "none", _("no e-mail")


class NotificationMail(Walled):
    """A mail that is due: one notification at once, or what a morning has to tell.

    A worker holds it by a lease while it writes the words. `handed_at` is committed before the mail server is spoken to,
    so a worker that dies in that moment leaves the mail unsent or sent once, never sent twice.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    is_digest = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)  # given to the mail server; its answer may still be missing
    closed_at = models.DateTimeField(null=True)  # sent, given up, or nothing left to tell
    is_sent = models.BooleanField(default=False)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person", "due_at"],
                condition=Q(is_digest=True),
                name="notificationmail_one_digest",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "due_at"], name="notificationmail_due", condition=Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.due_at}"


class Notification(Walled):
    """Something that happened and concerns a person, once by `key`. It holds keys of things, not their names:
    its words are made when it is read, as far as the reader may see what it is about.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    about_name = models.CharField(max_length=100, blank=True, default="")  # a URL name, such as crm:import_detail
    about_arguments = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(
        "people.NotificationMail", on_delete=models.SET_NULL, null=True, related_name="notifications"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "person", "key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "person", "-created_at", "-id"], name="notification_inbox"),
            models.Index(fields=["organization", "person"], name="notification_unread", condition=Q(read_at=None)),
            models.Index(fields=["organization", "created_at"], name="notification_created"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.key}"


class NotificationPreference(Walled):
    """How somebody wants to hear of a kind by e-mail; without a row it is as the kind says."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=60)
    mail = models.CharField(max_length=10, choices=MailChoice)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "person", "kind"], name="notificationpreference_kind")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind} {self.mail}"
