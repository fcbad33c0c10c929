from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

KINDS = (
    "person",
    "product",
    "account",
    "opportunity",
    "lead",
    "activity",
    "transaction",
    "role",
    "quota",
    "credit",
    "rate",
    "holiday",
    "assignment",
)


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Facts")

    def ready(self) -> None:
        from crm import naming, told, witness
        from people.personal import names_others

        for kind in KINDS:
            import_module(f"crm.kinds.{kind}")
        naming.register()
        told.register()
        witness.register()
        import_module("crm.services.handover")
        import_module("crm.services.erasing")
        import_module("crm.services.record")
        names_others("crm.Account", "name", "name_key", "industry", "region", "parent_text")
        names_others("crm.AccountKey", "external_id")
        names_others("crm.Product", "name", "name_key", "family")
        names_others("crm.ProductKey", "external_id")
        names_others("crm.Opportunity", "external_id", "account_text", "product_text")
