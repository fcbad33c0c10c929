from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

KINDS = ("person", "product", "account", "opportunity", "lead", "activity", "transaction", "quota")


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Facts")

    def ready(self) -> None:
        for kind in KINDS:
            import_module(f"crm.kinds.{kind}")
