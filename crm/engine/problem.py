"""What stops a whole file. The sentence for people is made from the code outside of the engine."""

from typing import Any


class Unreadable(Exception):
    """A file that cannot be read as a table: `code` says why, `params` where."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
