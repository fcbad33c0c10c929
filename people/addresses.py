"""Addresses of pages by their URL names, remembered: a page of numbers asks for the same ones a hundred times."""

from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, reverse


@lru_cache(maxsize=2000)
def address(name: str, *arguments: Any) -> str:
    """Where a page is; empty while no page has the name."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
