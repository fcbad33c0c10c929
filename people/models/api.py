"""Keys with which programs speak for a person, and the answers that are given again to a repeated request."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.wall import Walled


class ApiKey(Walled):
    """What a program presents instead of a sign-in. It sees what its person sees, and of that what its scopes open.

    Of the key itself only a digest is kept; it says its organization and row, so nothing is read before the wall.
    """

    class Scope(models.TextChoices):
        FACTS_READ = "facts:read", _("read deals, accounts, products and imports")
        FACTS_WRITE = "facts:write", _("send deals, accounts, products and people in bulk")
        METRICS_READ = "metrics:read", _("read figures")
        PEOPLE_READ = "people:read", _("read people, teams and seats")
        PEOPLE_WRITE = "people:write", _("change people, teams and seats")
        GOALS_READ = "goals:read", _("read goals and objectives")
        GOALS_WRITE = "goals:write", _("set and change goals, check in")
        INBOX_READ = "inbox:read", _("read the notifications of its person")
        INBOX_WRITE = "inbox:write", _("mark them as read")

    name = models.CharField(_("name"), max_length=100)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="api_keys")
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope), verbose_name=pgettext_lazy("rights of a key", "may")
    )
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the secret part, which is random
    ending = models.CharField(max_length=4, editable=False)  # the last characters, to tell keys apart
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "person"], name="apikey_person")]

    def __str__(self) -> str:
        return self.name


class ApiReplay(Walled):
    """The answer that a request with an Idempotency-Key got; the same request gets it again and changes nothing."""

    caller = models.CharField(max_length=40)  # "key 12" or "person 3"
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "caller", "key"], name="apireplay_key")]
        indexes = [models.Index(fields=["organization", "created_at"], name="apireplay_created")]

    def __str__(self) -> str:
        return f"{self.caller}: {self.key}"
