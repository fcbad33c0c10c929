"""A deal closes now: what happens in the demo while somebody watches."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import Opportunity, Outcome, Stage
from people.models import Organization
from people.queue import enqueue
from people.wall import tenant
from spm.demo import story
from spm.demo.load import today_of


def deal_close(organization: Organization, *, at: datetime) -> Opportunity:
    """Maya wins the open deal that is furthest along, the largest of those. Raises: ValidationError."""
    if not organization.is_demo:
        raise ValidationError(_("Only a deal of a demo organization closes by itself."))
    with tenant(organization.pk):
        deal = (
            Opportunity.objects.select_for_update(of=("self",))
            .filter(owner__name=story.REP.name, outcome=Outcome.OPEN, is_deleted=False, amount__gt=0)
            .select_related("stage")
            .order_by("-stage__position", "-amount", "pk")
            .first()
        )
        if deal is None:
            raise ValidationError(_("%(name)s has no open deal left.") % {"name": story.REP.name})
        deal.stage = Stage.objects.filter(pipeline_id=deal.stage.pipeline_id, outcome=Outcome.WON).earliest("position")
        deal.outcome, deal.closed_on = Outcome.WON, today_of(organization, at)
        deal.save(update_fields=["stage", "outcome", "closed_on", "updated_at"])
        enqueue("pipeline.facts_changed", organization_id=organization.pk)
    return deal
