"""Two people never overwrite each other: whoever changes something says which state of it they saw."""

import hashlib
import json
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from people.api.problem import Problem


def etag_of(data: Any) -> str:
    """The tag of a state, from what is shown of it."""
    text = json.dumps(data, cls=JSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def row_lock(model: type[Model], key: int) -> None:
    """From here to the end of the request nobody else changes the row."""
    list(model._default_manager.select_for_update(of=("self",)).filter(pk=key).values_list("pk"))


def match_require(request: Request, current: str) -> None:
    """Raises: Problem where a change does not name the present state (`If-Match`)."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise Problem(
            428,
            "state_not_named",
            _("Say which state you change: send the ETag of your last GET as If-Match."),
        )
    if given.strip() != "*" and current not in [part.strip() for part in given.split(",")]:
        raise Problem(
            412,
            "changed_meanwhile",
            _("Somebody has changed this since you read it. Read it again, then repeat your change."),
            headers={"ETag": current},
        )
