from django.apps import AppConfig


class SpmConfig(AppConfig):
    """Here for its commands only: the composition layer owns no tables."""

    name = "spm"
