"""What the name of a stage says: whether it ends a deal and how, and where in a pipeline it stands.

Names that say nothing are open stages; they stand before the decided ones in the order in which they were met.
"""

from crm.engine.texts import name_key

WON = (
    "won closedwon won100 closewon dealwon wonclosed closedsuccessful gewonnen abgeschlossengewonnen gagne gagné "
    "ganado ganada ganha ganho vinta booked contractsigned signed sold success successful"
)
LOST = (
    "lost closedlost closelost deallost lostclosed verloren perdu perdido perdida persa rejected declined abandoned "
    "disqualified cancelled canceled nodeal closednodecision dead unsuccessful"
)
OPEN_IN_ORDER = (
    "new open lead prospect prospecting prospection",
    "qualify qualification qualified qualifying appointmentscheduled contacted contactmade connected discovery",
    "engaging engaged needsanalysis meeting meetingscheduled qualifiedtobuy interest evaluation",
    "demo demonstration demoscheduled presentation presentationscheduled solution valueproposition perceptionanalysis "
    "iddecisionmakers decisionmakerboughtin pilot trial poc",
    "proposal proposing proposalsent proposalpricequote proposalmade quote quoted quotation offer angebot",
    "negotiation negotiating negotiationreview negotiationsstarted review verhandlung verbalagreement commit committed "
    "contractsent contract closing",
)

_OUTCOMES = dict.fromkeys(WON.split(), "won") | dict.fromkeys(LOST.split(), "lost")
_PLACES = {key: place for place, keys in enumerate(OPEN_IN_ORDER) for key in keys.split()}
_WON_PLACE, _LOST_PLACE, _UNKNOWN_PLACE = 100, 101, 50


def outcome_of(name: str) -> str | None:
    """`won`, `lost` or `open` by the name of a stage; None where the name says nothing."""
    key = name_key(name)
    if key in _OUTCOMES:
        return _OUTCOMES[key]
    bare = key.rstrip("0123456789").lstrip("0123456789")
    if bare in _OUTCOMES:
        return _OUTCOMES[bare]
    return "open" if bare in _PLACES else None


def stage_place(name: str) -> int:
    """A number by which stages are sorted: early open ones first, won and lost last."""
    key = name_key(name)
    outcome = outcome_of(name)
    if outcome in {"won", "lost"}:
        return _WON_PLACE if outcome == "won" else _LOST_PLACE
    return _PLACES.get(key.rstrip("0123456789").lstrip("0123456789"), _UNKNOWN_PLACE)
