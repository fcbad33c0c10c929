from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class Account(Walled):
    """A customer or prospect."""

    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)  # letters and digits only, for near duplicates
    industry = models.CharField(_("industry"), max_length=200, blank=True, default="")
    region = models.CharField(_("region"), max_length=200, blank=True, default="")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="subsidiaries")
    parent_text = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["organization", "name"], name="account_name"),
            models.Index(fields=["organization", "name_key"], name="account_name_key"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountKey(Walled):
    """What a source calls an account. Merges move keys, so a merge is remembered per source."""

    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=300)
    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="keys")
    is_alias = models.BooleanField(default=False)  # another name for it, by a merge: its rows change nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="accountkey_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
