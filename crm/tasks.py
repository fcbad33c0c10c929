"""Workers find the kinds of jobs of this app here."""

from crm.services import imports

__all__ = ["imports"]
