from typing import Any

from django.core.management.base import BaseCommand

from spm.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues of locale/. Needs no gettext programs."

    def handle(self, *args: Any, **options: Any) -> None:
        for target in compile_catalogues():
            self.stdout.write(str(target))
