from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from people import told
        from people.wall.build import wall_build

        import_module("people.views.signals")
        import_module("people.services.notification")
        told.register()
        post_migrate.connect(wall_build, sender=self, dispatch_uid="people.wall")
