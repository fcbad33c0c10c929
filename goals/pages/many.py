"""Ways from one's goals to what concerns many of them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from goals.selectors.many import may_revise_many
from people.components import Action
from people.viewer import Viewer


def many_actions(viewer: Viewer) -> list[Action]:
    """What stands in the menu of "My goals". No query."""
    found = [
        Action(_("Alignment"), reverse("goals:tree"), "stages", "quiet"),
        Action(_("Help"), reverse("goals:help_list"), "help", "quiet"),
        Action(_("From a template"), reverse("goals:template_list"), "file", "quiet"),
        Action(_("Carry over"), reverse("goals:carry"), "arrow-right", "quiet"),
    ]
    if may_revise_many(viewer):
        found.append(Action(_("Change targets together"), reverse("goals:bulk"), "edit", "quiet"))
    return found
