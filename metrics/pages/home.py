"""Which page is somebody's home: the widest one their roles open, or the one they chose last."""

from metrics.pages.frame import HATS
from metrics.selectors.setup import setup_state
from people.viewer import Viewer

START = "metrics:start"
ORDER = {
    "executive": "metrics:company",
    "manager": "metrics:team",
    "rep": "metrics:my_number",
    "team": "metrics:team",
    "operations": "metrics:company",
    "administrator": "metrics:company",
}


def home_name(viewer: Viewer, last: str = "") -> str:
    """The URL name of the viewer's home. One query where there may be nothing to show yet."""
    open_to = [name for name, roles in HATS.items() if roles & viewer.hats]
    if not open_to:
        return START
    if last in open_to:
        return last
    if not setup_state().has_deals:
        return START
    return next(ORDER[hat] for hat in ORDER if hat in viewer.hats)
