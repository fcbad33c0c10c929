from django.db import models

from people.wall import Walled


class HealthDismissal(Walled):
    """A finding of the data-health page that somebody looked at and let stand."""

    check_name = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)  # what the finding is about, as the check names it
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "check_name", "subject"], name="healthdismissal_subject")
        ]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.subject}"
