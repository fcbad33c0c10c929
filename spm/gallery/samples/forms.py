"""Forms, filters, buttons and everything else that is sent."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.components import Action
from spm.gallery.samples.state import Section, State


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As customers know it."))
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=0, localize=False)
    closed_on = forms.DateField(label=gettext_lazy("Close date"), widget=forms.DateInput(attrs={"type": "date"}))
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=[("", "–"), ("e", gettext_lazy("Engaging"))])
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    how = forms.ChoiceField(
        label=gettext_lazy("If a row is refused"),
        choices=[("row", gettext_lazy("Take the others")), ("all", gettext_lazy("Take none"))],
        widget=forms.RadioSelect,
        initial="row",
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False, help_text=gettext_lazy("CSV, up to 200 MB."))
    is_snapshot = forms.BooleanField(label=gettext_lazy("This file is complete"), required=False)
    locked = forms.CharField(label=gettext_lazy("Set by the import"), disabled=True, required=False, initial="1C1I7A6R")


class FileForm(forms.Form):
    """A file that must be there."""

    file = forms.FileField(label=gettext_lazy("File"))


class SampleFilter(forms.Form):
    """Filters of a list."""

    period = forms.ChoiceField(
        label=gettext_lazy("Period"),
        choices=[("q", gettext_lazy("This quarter")), ("y", gettext_lazy("This year"))],
        required=False,
    )
    team = forms.ChoiceField(
        label=gettext_lazy("Team"), choices=[("", gettext_lazy("All teams")), ("w", "West")], required=False
    )
    q = forms.CharField(label=gettext_lazy("Search"), widget=forms.TextInput(attrs={"type": "search"}), required=False)


def form_sections(query: Mapping[str, Any]) -> list[Section]:
    """The sections of this file."""
    wrong = SampleForm(
        {"name": "", "email": "maya", "amount": "-3", "closed_on": "31.02.2026", "how": "row"}, auto_id="wrong_%s"
    )
    return [
        Section(
            _("Form"),
            _("Labels above, help below, errors beside the field and summed up on top."),
            [
                State(
                    _("Untouched"),
                    "form",
                    {"form": SampleForm(auto_id="fresh_%s"), "submit_label": _("Save"), "cancel_href": "#"},
                ),
                State(_("With errors"), "form", {"form": wrong, "submit_label": _("Save"), "legend": _("New deal")}),
            ],
        ),
        Section(
            _("File"),
            _("Drop a file or choose one; the field itself is what is sent."),
            [
                State(
                    _("Empty"),
                    "dropzone",
                    {"field": SampleForm(auto_id="drop_%s")["file"], "hint": _("CSV, up to 200 MB.")},
                ),
                State(_("Refused"), "dropzone", {"field": FileForm({}, auto_id="dropped_%s")["file"]}),
            ],
            is_narrow=True,
        ),
        Section(
            _("Filter bar"),
            _("Sends itself when a value changes; has a button without JavaScript."),
            [
                State(
                    _("Usual"),
                    "filter_bar",
                    {"form": SampleFilter(query or None, auto_id="filter_%s"), "reset_href": "/design/"},
                )
            ],
        ),
        Section(_("Actions"), _("One primary action a page; what destroys asks first."), _actions(), is_narrow=True),
        Section(
            _("Menu"),
            _("Opens without JavaScript; Escape closes it."),
            [
                State(
                    _("Usual"),
                    "menu",
                    {
                        "label": _("Actions for this deal"),
                        "actions": [
                            Action(_("Assign owner"), "#", "person", "quiet"),
                            Action(_("Merge"), "#", "merge", "quiet"),
                            Action(_("Undo import"), "#", "undo", "danger"),
                        ],
                    },
                )
            ],
        ),
    ]


def _actions() -> list[State]:
    samples = [
        Action(_("Import deals"), "#", "import", "primary"),
        Action(_("Export"), "#", "export"),
        Action(_("Cancel"), "#", kind="quiet"),
        Action(
            _("Undo import"),
            "#",
            "undo",
            "danger",
            "post",
            confirm=_("Undo this import? 8,800 deals go away; figures follow within seconds."),
        ),
        Action(_("Why this number"), "/design/why/", "help", is_drawer=True),
        Action(_("Not now"), "#", is_disabled=True),
    ]
    return [State(action.label, "action", {"action": action}) for action in samples]
