"""Kinds of things that files hold: one module each, registered by `register`. Other apps register theirs when ready."""

from crm.kinds.base import KINDS, Intake, Kind, kind_of, register, shapes

__all__ = ["KINDS", "Intake", "Kind", "kind_of", "register", "shapes"]
