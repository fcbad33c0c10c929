"""Search by words: functions of the database that reach their indexes behind the wall."""

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Value


def facts_containing(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Deals, leads, activities or transactions with a text in one of their words. Which words: the migrations `…search…`."""
    if "\x00" in text:
        return found.none()
    if not text:
        return found
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    table = found.model._meta.db_table
    search = "crm_deal_search" if table == "crm_opportunity" else f"{table}_search"
    return found.filter(Matches(F("pk"), Value(f"%{escaped}%"), function=search))


class Matches(Func):
    """Whether a key is among those that a set-returning function of ours finds."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:  # type: ignore[override]
        (key, one), (pattern, two) = (compiler.compile(each) for each in self.get_source_expressions())
        return f"{key} IN (SELECT {self.extra['function']}({pattern}))", [*one, *two]
