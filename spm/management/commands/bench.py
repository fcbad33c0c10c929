"""`manage.py bench NAME`: one benchmark of an app, as one JSON object a line. Apps list theirs in `<app>/bench.py`."""

import importlib.util
import os
import platform
from argparse import ArgumentParser
from contextlib import AbstractContextManager
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

from people.management.base import AnsweringCommand
from spm import schema

APPS = ("people", "crm", "metrics", "incentives", "spm")


def benches() -> dict[str, Any]:
    """Every benchmark by name: called with deals, people and as_owner, it returns size, figures and ratios."""
    found: dict[str, Any] = {}
    for app in APPS:
        if importlib.util.find_spec(app) and importlib.util.find_spec(f"{app}.bench"):
            found |= importlib.import_module(f"{app}.bench").BENCHES
    return found


def as_owner() -> AbstractContextManager[None]:
    return schema.as_owner(connection)


class Command(AnsweringCommand):
    help = "Run one benchmark and print what it measured."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="which one, or all")
        parser.add_argument("--deals", type=int, default=1_000_000)
        parser.add_argument("--people", type=int, default=1_000)

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        for each in benches() if name == "all" else [name]:
            super().handle(*args, name=each, **options)

    def work(self, *, name: str, deals: int, people: int, **options: Any) -> dict[str, Any]:
        known = benches()
        if name not in known:
            raise CommandError(f"There is no benchmark {name!r}. Known: {', '.join(known)}.", returncode=2)
        if deals < 100 or people < 1:
            raise CommandError("--deals goes from 100 on, --people from 1 on.", returncode=2)
        found = known[name](deals=deals, people=people, as_owner=as_owner)
        return {"name": name, **found, "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"}
