"""What dividing a number found, in words that say what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.issue import Issue

WORDS: dict[str, Any] = {
    "negative": gettext_lazy("%(name)s: a number or weight below zero cannot be divided. Correct it."),
    "locked_exceeds": gettext_lazy(
        "%(name)s: what is locked below is more than the number, in %(count)s months. Unlock some, or raise the number."
    ),
    "all_locked": gettext_lazy(
        "%(name)s: everything below is locked and adds up to less, in %(count)s months. Unlock somebody, or lower the number."
    ),
    "no_weights": gettext_lazy(
        "%(name)s: nobody below has a weight, in %(count)s months. Enter weights, or divide the same for everybody."
    ),
    "season_below_zero": gettext_lazy("Month %(value)s lost more than it won in past years, so it weighs nothing."),
    "season_unknown": gettext_lazy("Nothing is known of past months, so all weigh the same."),
    "season_month_unknown": gettext_lazy("Month %(value)s has no past; it weighs as much as the mean of the others."),
    "weight_below_zero": gettext_lazy("%(name)s: more was cancelled than sold, so nothing is divided to them."),
    "history_unknown": gettext_lazy("Nobody has a past to weigh by, so everybody weighs the same."),
    "weight_of_team": gettext_lazy("%(name)s: too short a past; weighs as much as the mean of the team."),
}


def finding_words(issue: Issue, names: Mapping[str, str]) -> str:
    """One finding as a sentence; `names` by line."""
    words = WORDS.get(issue.code)
    if words is None:
        return issue.message
    values = {"name": names.get(issue.field or "", _("Somebody")), "value": issue.value or "", "count": issue.count}
    return str(words) % values
