"""One sentence for every code that reading a file can come to: where it is and what to do."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILE: dict[str, Promise | str] = {
    "is_empty": _("The file is empty. Choose a file with a header line and at least one row."),
    "no_rows": _("The file has a header but no rows below it. Choose a file with rows."),
    "is_empty_workbook": _(
        "The workbook has no sheet with rows. Choose a file with column names and at least one row."
    ),
    "is_archive": _("This is a zipped file. Unpack it and choose the CSV or Excel file inside."),
    "is_damaged_workbook": _(
        "This Excel file is damaged or incomplete. Open it in a spreadsheet program, save it again, or save it as CSV."
    ),
    "is_locked": _("This Excel file is protected by a password. Save it without one and choose that file."),
    "is_binary_workbook": _("This is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV and choose that file."),
    "is_open_document": _("This is an OpenDocument file. Save the sheet as .xlsx or CSV and choose that file."),
    "is_numbers": _("This is a Numbers file. Export it as Excel or CSV and choose that file."),
    "is_document": _("This is a text document or a presentation. Save the table as .xlsx or CSV and choose that file."),
    "is_old_office": _(
        "This is an old (.xls) or password-protected Excel file. Save it as .xlsx without a password, or as CSV."
    ),
    "is_pdf": _("This is a PDF. Export the table as CSV or Excel and choose that file."),
    "is_compressed": _("The file is compressed. Unpack it and choose the CSV or Excel file inside."),
    "is_image": _("This is an image. Choose a CSV or Excel file."),
    "is_binary": _(
        "This is neither text nor an Excel workbook. Export the table as CSV or .xlsx and choose that file."
    ),
    "is_encrypted": _("The file is encrypted. Decrypt it first, then choose the CSV or Excel file."),
    "is_web_page": _(
        "This is a web page, not a table: perhaps the sign-in page of the system it came from. Sign in there, export "
        "again as CSV or Excel, and choose that file."
    ),
    "is_xml": _("This is XML. Export the table as CSV or Excel and choose that file."),
    "is_json": _("This is JSON. Export the table as CSV or Excel and choose that file."),
    "is_sql": _("This is SQL. Export the table as CSV or Excel and choose that file."),
    "is_cards": _(
        "These are address cards or calendar entries. Export the table as CSV or Excel and choose that file."
    ),
    "unpacks_too_large": _(
        "The workbook unpacks to far more than it says, or to more than %(limit)s MB. Save the sheet as CSV instead."
    ),
    "cell_too_long": _(
        "A cell of the workbook holds far more than %(limit)s characters, which no cell can. Save the sheet as CSV instead."
    ),
    "too_many_rows_in_sheet": _("The sheet has more than %(limit)s rows, which no sheet can have. Save it again."),
    "no_such_sheet": _("The workbook has no sheet “%(sheet)s”. Sheets: %(sheets)s."),
    "formula_without_result": _(
        "Cell %(cell)s holds a formula whose result is not stored in the file. Open it in a spreadsheet program, save "
        "it, and choose it again."
    ),
    "mixed_encoding": _(
        "Line %(row)s holds characters in another encoding than the rest of the file (UTF-8). Correct them, or save the "
        "whole file again as CSV in UTF-8."
    ),
    "no_header_there": _("Line %(row)s cannot be the header: it is empty or too far down. Name another line."),
    "territories_not_imported": _(
        "This file says who looked after which territory. It is not imported by itself: figures follow people and teams, "
        "so import people, deals and quotas. To keep who had which territory, say that it holds territories of seats."
    ),
    "mapping_bad_header": _("The mapping's header is “%(value)s”; say the line of the column names, or none."),
    "is_too_large": _("The file is larger than %(limit)s MB. Split it, or import it with the command crm_import."),
    "bad_encoding": _("The file says it is %(encoding)s but holds bytes that are not. Save it again as CSV in UTF-8."),
    "open_quote": _("A quotation mark in line %(row)s is never closed. Close it and try again."),
    "too_many_columns_in_file": _(
        "The file has %(count)s columns; at most %(limit)s can be read. Leave out those that are not needed."
    ),
    "no_kind": _("It is not clear what this file holds. Choose it from the list."),
    "no_column": _("No column was found for “%(field)s”. Columns of the file: %(columns)s. Choose one in the mapping."),
    "no_column_without_header": _(
        "The file has no line with column names, so nothing says which column is “%(field)s”. Its columns are %(columns)s; "
        "name it in the mapping by its letter, such as columns: {id: A}, or add a line with names."
    ),
    "ambiguous_dates": _(
        "The dates in “%(column)s” can be read as day/month or as month/day (line %(row)s: “%(value)s”). "
        "Say which: dates: D/M/Y or dates: M/D/Y."
    ),
    "ambiguous_amounts": _(
        "Numbers like “%(value)s” in “%(column)s” were read with a decimal point. If the point separates thousands, say "
        'so: amounts: "1.234,56".'
    ),
    "too_many_stages": _(
        "The column for the stage holds %(count)s different texts, such as “%(value)s” (line %(row)s). Choose another column "
        "for it, or leave it out."
    ),
    "mapping_not_a_mapping": _("The mapping must be a YAML or JSON file with parts such as columns, values, dates."),
    "mapping_unreadable": _("The mapping file cannot be read: %(reason)s"),
    "mapping_unknown_part": _("The mapping has a part “%(part)s”; known are: %(parts)s."),
    "mapping_part_not_a_mapping": _("The part “%(part)s” of the mapping must hold pairs, such as amount: sub_total."),
    "mapping_values_not_a_mapping": _(
        "The values of “%(field)s” in the mapping must be pairs: as in the file, then as meant."
    ),
    "mapping_no_own_fields": _(
        "A file of this kind (%(kind)s) cannot have fields of its own; deals, accounts, leads can."
    ),
    "mapping_unknown_type": _("“%(value)s” is no type of field. Known: %(types)s."),
    "mapping_unknown_field": _("The mapping names a field “%(field)s”. Fields of %(kind)s: %(fields)s."),
    "mapping_field_off": _(
        "The field “%(field)s” is switched off. Switch it on under “Own fields”, or leave its column out."
    ),
    "mapping_no_field_off": _("No field called “%(field)s” is switched off. Name one that is, or say a type."),
    "mapping_unknown_column": _("The mapping names a column “%(column)s”. Columns of the file: %(columns)s."),
    "mapping_bad_dates": _("The mapping's dates are “%(value)s”; say one of %(orders)s."),
    "mapping_bad_amounts": _('The mapping\'s amounts are “%(value)s”; write an example such as "1.234,56".'),
    "snapshot_refused": _("No row can be used, so the file is not taken as a full snapshot: everything would be gone."),
    "nothing_accepted": _("Every row was refused, so nothing was imported. Correct what stands beside the rows."),
    "all_or_nothing": _(
        "Some rows are refused and you asked for all or nothing, so nothing was imported. Correct them, or import row by row."
    ),
    "snapshot_not_possible": _("A full snapshot is possible for deals, leads, activities and transactions only."),
}

NOTE: dict[str, Promise | str] = {
    "field_off": _(
        "The column “%(column)s” is left out: the field “%(field)s” is switched off. To fill it, switch it on first."
    ),
    "ambiguous_amounts": FILE["ambiguous_amounts"],
    "excel_days": _(
        "Numbers like “%(value)s” in “%(column)s” were read as day numbers of a spreadsheet (44927 is 2023-01-01)."
    ),
    "sheet_chosen": _("Of the sheets %(sheets)s, “%(sheet)s” was read. For another one say so: sheet: its name."),
    "merged_cells": _(
        "The cells %(cells)s are merged: the value counts for the first row only. Unmerge them and fill each row."
    ),
    "months_as_columns": _("The months stand side by side as columns; each became a row: %(columns)s."),
    "quarters_as_columns": _("The quarters stand side by side as columns; each became a row: %(columns)s."),
    "lines_above_header": _("The column names stand in line %(row)s; the lines above them were left out."),
    "no_header": _("The file has no line with column names; its columns are called by their letters: %(columns)s."),
    "one_column": _(
        "Each line is one column, “%(column)s”. If it holds several, separate them by commas, semicolons, tabs or |, or save "
        "the file as Excel."
    ),
    "short_lines": _("Lines with fewer cells than there are columns: the missing cells count as empty."),
}

VALUE: dict[str, Promise | str] = {
    "too_long": _("“%(value)s…” is too long for %(field)s. Shorten it."),
    "invalid_date": _("“%(value)s” in %(field)s is not a date. Write it like 2026-01-31."),
    "invalid_number": _("“%(value)s” in %(field)s is not a number."),
    "invalid_flag": _("“%(value)s” in %(field)s is neither yes nor no."),
    "invalid_choice": _("“%(value)s” is not one of the choices of %(field)s. Add it to the field, or mend the row."),
    "ends_before_start": _("The last day lies before the first."),
    "unknown_deal_type": _("“%(value)s” says neither new business, expansion nor renewal. The type stays empty."),
    "odd_term": _("Terms below 1 or above 600 months are left out."),
    "invalid_moment": _("“%(value)s” in %(field)s is not a date or time. Write it like 2026-01-31 14:05."),
    "invalid_amount": _("“%(value)s” in %(field)s is not an amount. Write it like 1234.56."),
    "amount_too_large": _(
        "%(value)s in %(field)s is too large: at most 14 digits before the decimals can be kept. Correct it."
    ),
    "invalid_ratio": _("“%(value)s” in %(field)s is not a share between 0 and 100 %%. Write it like 40 %%."),
    "invalid_currency": _("“%(value)s” in %(field)s is not a currency. Use a code of three letters such as EUR."),
    "invalid_email": _("“%(value)s” in %(field)s is not an e-mail address. Correct it or leave it empty."),
    "too_many_cells": _(
        "The line has %(value)s cells, more than there are columns. Put texts with separators in quotes."
    ),
    "missing_id": _("The id is empty. Give every row one of its own."),
    "missing_name": _("The name is empty. Every row needs an id or a name."),
    "missing_stage": _("The stage is empty. Fill it, or leave the whole column out."),
    "missing_amount": _("The amount is empty."),
    "duplicate_id": _("The id “%(value)s” stands in an earlier line with other values; keep one of them."),
    "duplicate_row": _("The line repeats an earlier one; it counts once."),
    "near_duplicate": _("“%(value)s” looks like “%(other)s”. Merge them on the data-health page if they are the same."),
    "unknown_owner": _("Nobody called “%(value)s” is known yet. The rows wait for that person."),
    "unknown_team": _("No team “%(value)s” is known yet. The rows wait for it."),
    "unknown_territory": _("No territory “%(value)s” is known yet. The rows wait for it."),
    "unknown_seat": _("No seat “%(value)s” is known yet. The rows wait for it."),
    "no_seat_then": _("“%(value)s” holds no seat on the first day. The rows wait until that is known."),
    "unknown_account": _("No account “%(value)s” is known yet. The rows keep the name and wait for it."),
    "unknown_product": _("No product “%(value)s” is known yet. The rows keep the name and wait for it."),
    "unknown_opportunity": _("No deal with the id “%(value)s” is known yet. The rows wait for it."),
    "unknown_transaction": _("No transaction with the id “%(value)s” is known yet. The cancellation waits for it."),
    "unknown_parent": _("No account “%(value)s” is known yet. It is linked when it arrives."),
    "unknown_further": _("%(value)s further names in %(field)s are not known yet. The rows keep them and wait."),
    "new_stage": _("The stage “%(value)s” is new and counts as open. Set its outcome on the stages page."),
    "new_activity_type": _("“%(value)s” says no type of activity, so these count as other."),
    "assumed_other": _("The file has no column for the type, so every new activity counts as other."),
    "unknown_type": _("“%(value)s” is no type. Say booking, invoice, delivery, payment or cancellation."),
    "assumed_booking": _("The file has no column for the type, so every new transaction counts as a booking."),
    "cancels_nothing": _("Cancellations that do not say what they cancel."),
    "no_transaction_amount": _("Transactions without an amount: they leave amount figures."),
    "converted_before_created": _("Leads that became customers before they were created: they count as customers."),
    "no_created_date": _("Leads without a creation date: they are in no period."),
    "assumed_won": _("The file has no column for the stage, so every new deal counts as won."),
    "no_exchange_rate": _(
        "There is no exchange rate for %(value)s. These amounts are left out of figures until there is."
    ),
    "won_without_close_date": _("Won deals without a close date: they count in no period."),
    "close_before_start": _("Deals that close before they start: they are left out of the sales cycle."),
    "zero_amount": _("Won deals with an amount of zero: they count as won at zero."),
    "negative_amount": _("Deals with an amount below zero: they lower the figures."),
    "no_amount": _("Won deals without an amount: they leave amount figures."),
    "manager_ambiguous": _("Several people are called “%(value)s”. Give the manager's id instead."),
    "manager_circle": _("“%(value)s” would stand above and below the same people, so that manager is left out."),
    "office_ambiguous": _("The people of “%(value)s” are in several offices, so none of these stands above them."),
    "office_split": _("The teams of the office “%(value)s” report to different managers, so the office is left out."),
    "email_invalid": _("“%(value)s” is not an e-mail address. The person is kept without it."),
    "email_taken": _("“%(value)s” belongs to another person already. This one is kept without it."),
    "moved": _("%(value)s moves to another team on the day of the import. Earlier figures keep the earlier team."),
    "missing_holder": _("It is not said whose quota it is. Name a person or a team."),
    "two_holders": _("A quota belongs to a person or to a team. Name one of them."),
    "unknown_measure": _(
        "The measure of a quota is bookings, invoices, deliveries or payments; without one it is bookings."
    ),
    "negative_quota": _("A quota cannot be negative."),
    "end_before_start": _("It ends before it starts. Correct one of the two days."),
    "rate_not_positive": _("A rate is more than 0."),
    "rate_of_itself": _("A rate is between two different currencies."),
    "unknown_role": _("The role of a credit is owner, split or overlay."),
    "no_share": _("A share is more than 0 and at most 100 %%."),
    "split_total": _(
        "The shares of “%(value)s” make %(other)s, they must make 100 %%. Correct all its lines together."
    ),
    "assumed_end": _(
        "No end is given for the last quotas, so they run three months, until %(value)s. "
        "For another end choose “end of the last quota” below the columns and write the day, or say it in the mapping file: "
        "constants: {last_ends_before: …}."
    ),
    "no_holder": _("It says neither a person nor a seat. Fill one of the two."),
    "two_seats": _("It says a person and a seat. Keep one of the two."),
    "assignment_overlaps": _(
        "“%(value)s” is given to a seat for some of these days already (%(other)s). Change one of the two."
    ),
    "quota_overlaps": _("“%(value)s” has a quota for some of these days already (%(other)s). Change one of the two."),
    "erased_person": _(
        "Lines name people who were erased. Their names were left out, and the file itself is not kept."
    ),
    "removed": _("Rows that are not in the file any more: they leave every figure."),
    "no_owner": _("Deals without an owner: they count for the organization, and for no person or team."),
    "spreadsheet_error": _(
        "“%(value)s” in %(field)s is an error of the spreadsheet. Correct the formula and save again."
    ),
}


def file_sentence(code: str, **params: Any) -> str:
    """What is wrong with a whole file."""
    if code == "open_quote" and params.get("row") is None:
        return str(_("A quotation mark is never closed. Close it and try again."))
    return str(FILE[code]) % params


def note_sentence(code: str, **params: Any) -> str:
    """What to know about how a file was read."""
    return str(NOTE[code]) % params


def value_sentence(code: str, *, field: str = "", value: str = "", other: str = "") -> str:
    """What is wrong with a value or row."""
    if code not in VALUE and code.startswith("missing_"):
        return str(_("“%(field)s” is empty. Fill it.")) % {"field": field.strip("“”")}
    return str(VALUE[code]) % {"field": field, "value": value, "other": other}
