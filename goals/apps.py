from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = _("Goals")

    def ready(self) -> None:
        from goals import approval_news, letter_news, naming, told, told_company

        naming.register()
        told.register()
        told_company.register()
        approval_news.register()
        letter_news.register()
        import_module("goals.letter_erasing")
        import_module("goals.letter_matters")
