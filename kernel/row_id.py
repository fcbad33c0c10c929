"""Row ids out of texts that anybody may have written: a query, a form, a command."""

LARGEST = 2**63 - 1  # what a bigint holds


def row_id(text: str) -> int | None:
    """The id a text of ASCII digits says; None for everything that no row can have as its id.

    `str.isdigit` takes ² for a digit, and `int` refuses more than 4300 of them: neither may reach the reader as an
    error of the program.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if number <= LARGEST else None
