from datetime import date

import pghistory
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class Person(Walled):
    """Somebody who has deals, quota or pay, or administers them; with or without a sign-in."""

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    user = models.OneToOneField(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="person", editable=False
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)  # name and addresses are gone for good
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                name="person_email",
                condition=~models.Q(email=""),
                violation_error_message=_("Another person has this e-mail address."),
            )
        ]
        indexes = [models.Index(fields=["organization", "name"], name="person_name")]

    def __str__(self) -> str:
        return self.name

    def has_left(self, on: date) -> bool:
        """Whether they are gone on the day. A hire date after the leaving date says when they come back."""
        if self.left_on is None or self.left_on > on:
            return False
        return not (self.hired_on is not None and self.left_on < self.hired_on <= on)

    def here_before(self, on: date, ends_before: date) -> date:
        """The end of what begins on a day and would last until `ends_before`: no later than the day they leave."""
        return ends_before if self.left_on is None or self.left_on <= on else min(ends_before, self.left_on)


def gone_on(on: date) -> models.Q:
    """People who are gone on the day, as `Person.has_left` says it."""
    is_back = models.Q(hired_on__gt=models.F("left_on"), hired_on__lte=on, hired_on__isnull=False)
    return models.Q(left_on__isnull=False, left_on__lte=on) & ~is_back


class PersonKey(Walled):
    """What a source calls a person: an id, or the name where the file has no id. Merges move keys, so they last."""

    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=200)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="personkey_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
