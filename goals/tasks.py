"""Workers find the kinds of jobs of this app here."""

from goals.services.planning import allocating

__all__ = ["allocating"]
