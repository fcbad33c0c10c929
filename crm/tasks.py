"""Workers find the kinds of jobs of this app here."""

from crm.services import imports, undoing

__all__ = ["imports", "undoing"]
