"""Message catalogues: what translators write (.po) becomes what gettext reads (.mo), without gettext's programs."""

from pathlib import Path

import polib
from django.conf import settings


def compile_catalogues() -> list[Path]:
    """Write every .mo that is missing or older than its .po; the list of those written."""
    written = []
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                draft = target.with_suffix(".draft")
                polib.pofile(str(source)).save_as_mofile(str(draft))
                draft.replace(target)
                written.append(target)
    return written
