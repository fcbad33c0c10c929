"""Read what organizations hold."""

from django.apps import apps
from django.conf import settings


def has_facts() -> bool:
    """Whether amounts are stored in the organization's currency. One query per model of settings.FACT_MODELS."""
    return any(apps.get_model(label)._default_manager.exists() for label in settings.FACT_MODELS)
