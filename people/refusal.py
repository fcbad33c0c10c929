"""What the database refuses becomes a message beside the field it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

# Which field of a form a constraint is about; the message is the constraint's own unless one is given here.
FIELDS: dict[str, tuple[str, Any]] = {
    "person_email": ("email", None),
    "team_name": ("name", None),
    "user_email": ("email", _("This e-mail address is used for a sign-in already.")),
    "people_user_email_key": ("email", _("This e-mail address is used for a sign-in already.")),
    "people_organization_slug_key": ("slug", _("Another organization has this short name.")),
    "personkey_source": ("external_id", _("The source calls another person so.")),
    "team_below_itself": ("parent", _("A team cannot stand below itself.")),
    "teamplacement_not_itself": ("parent", None),
    "teamplacement_once": ("starts_on", _("The team stands somewhere else already on these days.")),
    "seatholding_one_seat": ("person", _("This person holds another seat on these days.")),
    "seatholding_one_holder": ("starts_on", _("Somebody else holds this seat on these days.")),
    "grant_once": ("role", _("This person has this role already on these days.")),
    "quota_of_person_once": ("starts_on", _("This person has a quota for some of these days already.")),
    "quota_of_team_once": ("starts_on", _("This team has a quota for some of these days already.")),
    "holiday_day": ("day", None),
    "exchangerate_day": ("starts_on", None),
    "exchangerate_positive": ("rate", None),
    "exchangerate_two": ("from_currency", None),
    "exchangerate_plan_ends": ("ends_before", None),
    "handover_rule": ("rule", None),
    "handoverdefault_rule": ("rule", None),
    "handoverdefault_days": ("starts_on", None),
    "handoverdefault_once": ("starts_on", None),
    "seatquota_days": ("ends_before", None),
    "seatquota_once": ("starts_on", _("This seat has a quota for some of these days already.")),
    "seatquota_not_negative": ("amount", None),
    "seatquota_ends": ("ends_before", None),
    "territory_name": ("name", None),
    "territory_not_itself": ("parent", None),
    "territoryassignment_days": ("ends_before", None),
    "territoryassignment_once": ("starts_on", _("Another seat has this territory on these days.")),
    "namedaccount_days": ("ends_before", None),
    "namedaccount_seat_once": ("starts_on", _("This seat has the account already on some of these days.")),
    "namedaccount_exclusive": ("starts_on", None),
    "namedaccount_not_beside": ("is_exclusive", None),
    "quotarequest_one_open": ("quota", None),
    "quota_of_one": ("team", None),
    "quota_not_negative": ("amount", None),
    "quota_days": ("ends_before", None),
    "quota_ends": ("ends_before", None),
    "goal_days": ("ends_before", None),
    "goal_metric": ("metric", None),
    "goal_way": ("target", None),
    "goal_of_one": ("team", None),
    "goal_commit": ("commit_value", None),
    "goal_stretch": ("stretch_value", None),
    "objective_days": ("ends_before", None),
    "objective_metric": ("metric", None),
    "objective_way": ("target", None),
    "alignment_objective_once": ("parent", None),
    "alignment_goal_once": ("parent", None),
    "alignment_weight": ("weight", None),
    "alignment_not_itself": ("parent", None),
    "alignment_circle": ("parent", _("It stands below this goal already, so it cannot contribute to it.")),
    "milestone_name": ("milestones", None),
    "changerequest_open": ("reason", None),
    "goaltemplate_name": ("name", None),
    "goaltemplate_metric": ("metric", None),
    "goaltemplate_ratios": ("stretch_ratio", None),
    "helpoffer_once": ("note", None),
    "quotaplan_name": ("name", None),
    "quotaplan_days": ("ends_before", None),
    "seat_days": ("ends_before", None),
    "grant_days": ("ends_before", None),
    "grant_administrator_everywhere": ("team", None),
    "leave_once": ("starts_on", _("The person is away already on some of these days.")),
    "leave_days": ("ends_before", None),
    "delegation_once": ("starts_on", _("This person stands in already on some of these days.")),
    "delegation_days": ("ends_before", None),
    "delegation_not_oneself": ("delegate", None),
    "actingmanager_once": ("starts_on", _("Somebody else leads the team already on some of these days.")),
    "actingmanager_days": ("ends_before", None),
    "seatholding_days": ("ends_before", None),
}


@contextmanager
def refusals() -> Iterator[None]:
    """Run a write; a broken constraint undoes it and raises ValidationError for its field. Raises: ValidationError."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "")
        if name not in FIELDS:
            raise
        field, message = FIELDS[name]
        raise ValidationError({field: ValidationError(message or _message_of(name), code=name)}) from error


def _message_of(constraint_name: str) -> Any:
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == constraint_name:
                return constraint.violation_error_message
    return _("This contradicts something that is stored already.")
