"""Files that are recognized by their columns and are not imported by themselves: whoever brings one is told why, and what
to do instead, before it is taken for something that it merely resembles. Whoever says what it is may import it."""

from collections.abc import Sequence

from crm.engine.texts import name_key

_PEOPLE = frozenset({"salespersonid", "salesperson", "personid", "employeeid", "repid", "owner", "salesrep", "name"})
_TERRITORIES = frozenset({"territory", "territoryid", "territoryname"})
_STARTS = frozenset({"startdate", "start", "from", "validfrom", "startson"})
_ENDS = frozenset({"enddate", "end", "to", "until", "validto", "endsbefore", "modifieddate", "rowguid"})


def elsewhere(columns: Sequence[str], kind: str = "") -> str | None:
    """The code of what to say about a file with these columns; None where it is worth a try, or said to be of the kind."""
    if kind == "territory_assignment":
        return None
    keys = {name_key(name) for name in columns}
    rest = keys - _PEOPLE - _TERRITORIES - _STARTS - _ENDS
    if keys & _PEOPLE and keys & _TERRITORIES and keys & _STARTS and not rest:
        return "territories_not_imported"
    return None
