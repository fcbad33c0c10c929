from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.detail import ROLE_CHANGES, detail_trigger
from crm.models.reference import loose, unresolved
from people.wall import WalledFact


class DealRole(WalledFact):
    """A person who takes part in a deal beside its owner, for a range of days or for good."""

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id"), max_length=700)
    opportunity = loose("crm.Opportunity", "roles", verbose_name=_("deal"))
    opportunity_text = models.CharField(max_length=300, blank=True, default="")
    person = loose("people.Person", "deal_roles", verbose_name=_("person"))
    person_text = models.CharField(max_length=300, blank=True, default="")
    role = models.CharField(_("role"), max_length=100)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_before = models.DateField(_("until"), null=True, blank=True)
    is_deleted = models.BooleanField(default=False)
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    row_number = models.PositiveIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="dealrole_source")
        ]
        indexes = [
            models.Index(fields=["organization", "opportunity"], name="dealrole_deal"),
            models.Index(
                fields=["organization", "person", "role"],
                name="dealrole_person",
                condition=Q(is_deleted=False),
                include=["opportunity", "starts_on", "ends_before"],
            ),
            models.Index(fields=["organization", "batch"], name="dealrole_batch"),
            unresolved("dealrole", "opportunity"),
            unresolved("dealrole", "person"),
        ]
        triggers = [detail_trigger(ROLE_CHANGES)]

    def __str__(self) -> str:
        return f"{self.role} {self.opportunity_text}"
