"""One sentence for every code that reading a file can come to: where it is and what to do."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILE: dict[str, Promise | str] = {
    "is_empty": _("The file is empty. Choose a file with a header line and at least one row."),
    "no_rows": _("The file has a header but no rows below it."),
    "is_archive": _("This is an Excel workbook or another zipped file. Save the sheet as CSV and choose that file."),
    "is_old_office": _("This is an old or password-protected Excel file. Open it and save the sheet as CSV."),
    "is_pdf": _("This is a PDF. Export the table as CSV and choose that file."),
    "is_compressed": _("The file is compressed. Unpack it and choose the CSV inside."),
    "is_image": _("This is an image. Choose a CSV file."),
    "is_binary": _("This is not a text file. Export the table as CSV and choose that file."),
    "is_encrypted": _("The file is encrypted. Decrypt it first, then choose the CSV."),
    "is_too_large": _("The file is larger than %(limit)s MB. Split it, or import it with the command crm_import."),
    "bad_encoding": _("The file says it is %(encoding)s but holds bytes that are not. Save it again as CSV in UTF-8."),
    "open_quote": _("A quotation mark in line %(row)s is never closed. Close it and try again."),
    "too_many_columns_in_file": _("The file has %(count)s columns; at most %(limit)s can be read."),
    "no_kind": _("It is not clear what this file holds. Choose it from the list."),
    "no_column": _("No column was found for “%(field)s”. Columns of the file: %(columns)s. Choose one in the mapping."),
    "ambiguous_dates": _(
        "The dates in “%(column)s” can be read as day/month or as month/day. Say which: dates: D/M/Y or dates: M/D/Y."
    ),
    "ambiguous_amounts": _(
        "Numbers like 1.234 in “%(column)s” were read with a decimal point. If the point separates thousands, say so: "
        'amounts: "1.234,56".'
    ),
    "mapping_not_a_mapping": _("The mapping must be a YAML or JSON file with parts such as columns, values, dates."),
    "mapping_unreadable": _("The mapping file cannot be read: %(reason)s"),
    "mapping_unknown_part": _("The mapping has a part “%(part)s”; known are: %(parts)s."),
    "mapping_part_not_a_mapping": _("The part “%(part)s” of the mapping must hold pairs, such as amount: sub_total."),
    "mapping_values_not_a_mapping": _(
        "The values of “%(field)s” in the mapping must be pairs: as in the file, then as meant."
    ),
    "mapping_unknown_field": _("The mapping names a field “%(field)s”. Fields of %(kind)s: %(fields)s."),
    "mapping_unknown_column": _("The mapping names a column “%(column)s”. Columns of the file: %(columns)s."),
    "mapping_bad_dates": _("The mapping's dates are “%(value)s”; say one of %(orders)s."),
    "mapping_bad_amounts": _('The mapping\'s amounts are “%(value)s”; write an example such as "1.234,56".'),
    "snapshot_refused": _("No row can be used, so the file is not taken as a full snapshot: everything would be gone."),
    "nothing_accepted": _("Every row was refused, so nothing was imported. The reasons stand beside the rows."),
    "all_or_nothing": _("Some rows are refused and you asked for all or nothing, so nothing was imported."),
    "snapshot_not_possible": _("A full snapshot is possible for deals only."),
}

VALUE: dict[str, Promise | str] = {
    "too_long": _("“%(value)s…” is too long for %(field)s."),
    "invalid_date": _("“%(value)s” in %(field)s is not a date."),
    "invalid_amount": _("“%(value)s” in %(field)s is not an amount."),
    "amount_too_large": _("%(value)s in %(field)s is too large; at most 14 digits can be kept."),
    "invalid_ratio": _("“%(value)s” in %(field)s is not a share between 0 and 100 %%."),
    "invalid_currency": _("“%(value)s” is not a currency. Use a code of three letters such as EUR."),
    "invalid_email": _("“%(value)s” is not an e-mail address."),
    "too_many_cells": _(
        "The line has %(value)s cells, more than there are columns. Put texts with separators in quotes."
    ),
    "missing_id": _("The id is empty."),
    "missing_name": _("The name is empty."),
    "missing_stage": _("The stage is empty."),
    "missing_amount": _("The amount is empty."),
    "duplicate_id": _("The id “%(value)s” stands in an earlier line with other values; keep one of them."),
    "duplicate_row": _("The line repeats an earlier one; it counts once."),
    "near_duplicate": _("“%(value)s” looks like “%(other)s”. Merge them on the data-health page if they are the same."),
    "unknown_owner": _("Nobody called “%(value)s” is known yet. The deals wait for that person."),
    "unknown_account": _("No account “%(value)s” is known yet. The deals keep the name and wait for it."),
    "unknown_product": _("No product “%(value)s” is known yet. The deals keep the name and wait for it."),
    "unknown_parent": _("No account “%(value)s” is known yet. It is linked when it arrives."),
    "new_stage": _("The stage “%(value)s” is new and counts as open. Set its outcome on the stages page."),
    "assumed_won": _("The file has no column for the stage, so every new deal counts as won."),
    "no_exchange_rate": _(
        "There is no exchange rate for %(value)s. These amounts are left out of figures until there is."
    ),
    "won_without_close_date": _("Won deals without a close date: they count in no period."),
    "close_before_start": _("Deals that close before they start: they are left out of the sales cycle."),
    "zero_amount": _("Won deals with an amount of zero: they count as won at zero."),
    "no_amount": _("Won deals without an amount: they leave amount figures."),
    "manager_ambiguous": _("Several people are called “%(value)s”. Give the manager's id instead."),
    "manager_circle": _("“%(value)s” would stand above and below the same people, so that manager is left out."),
    "office_ambiguous": _("The people of “%(value)s” are in several offices, so none of these stands above them."),
    "office_split": _("The teams of the office “%(value)s” report to different managers, so the office is left out."),
    "email_invalid": _("“%(value)s” is not an e-mail address. The person is kept without it."),
    "email_taken": _("“%(value)s” belongs to another person already. This one is kept without it."),
    "moved": _("%(value)s moves to another team on the day of the import. Earlier figures keep the earlier team."),
    "erased_person": _(
        "Lines name people who were erased. Their names were left out, and the file itself is not kept."
    ),
    "removed": _("Deals that are not in the file any more: they leave every figure."),
}


def file_sentence(code: str, **params: Any) -> str:
    """What is wrong with a whole file."""
    if code == "open_quote" and params.get("row") is None:
        return str(_("A quotation mark is never closed. Close it and try again."))
    return str(FILE[code]) % params


def value_sentence(code: str, *, field: str = "", value: str = "", other: str = "") -> str:
    """What is wrong with a value or row."""
    if code not in VALUE and code.startswith("missing_"):
        return str(_("“%(field)s” is empty.")) % {"field": field}
    return str(VALUE[code]) % {"field": field, "value": value, "other": other}
