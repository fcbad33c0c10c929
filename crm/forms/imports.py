"""Forms of the four steps of an import."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from crm.engine.convert import DATED, NUMERIC, questions_of
from crm.engine.fields import Shape
from crm.engine.guess import type_guess
from crm.engine.mapping import FileMapping
from crm.engine.problem import Unreadable
from crm.engine.profile import ColumnProfile, FileProfile
from crm.forms.further import FurtherRow, first_meanings, further_fields, further_of, further_read, further_rows
from crm.forms.widgets import QuickSelect
from crm.intake.notes import columns_off
from crm.intake.reading import Table, table_open
from crm.intake.wording import file_sentence
from crm.kinds.base import KINDS, shapes
from crm.models import CustomField
from crm.services.custom_fields import SWITCH_ON
from crm.services.imports import DEFAULT_SOURCE

LOOKED_AT = 2_000  # rows that are read when a file arrives
DATE_ORDERS = [("D/M/Y", _("day first: 31/12/2026")), ("M/D/Y", _("month first: 12/31/2026"))]
AMOUNT_STYLES = [("1,234.56", _("1.234 means one and a bit")), ("1.234,56", _("1.234 means one thousand and more"))]


NEW = "new:"  # before the type of a field that a column becomes
SWITCHED_ON = NEW + SWITCH_ON


def most_megabytes() -> int:
    return int(getattr(settings, "IMPORT_MOST_MEGABYTES", 200))


def file_open(upload: "UploadedFile[Any]", most_rows: int | None = LOOKED_AT) -> Table:
    """The upload as a table. Raises: ValidationError with one sentence."""
    if (upload.size or 0) > most_megabytes() * 1024 * 1024:
        raise forms.ValidationError(file_sentence("is_too_large", limit=most_megabytes()), code="is_too_large")
    try:
        return table_open(upload.chunks, shapes(), most_rows)
    except Unreadable as error:
        raise forms.ValidationError(file_sentence(error.code, **error.params), code=error.code) from error


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx). Separators, encodings, dates and amounts of any country are recognized."),
        error_messages={
            "empty": _("The file is empty. Choose a file with a header line and at least one row."),
            "required": _("Choose a file."),
        },
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,text/plain"}),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        initial=DEFAULT_SOURCE,
        help_text=_(
            "The system the file comes from. Files that speak of the same deals, people or accounts share a source."
        ),
    )

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput, initial=lambda: uuid4().hex)

    def clean_file(self) -> "UploadedFile[Any]":
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        file_open(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        """The key is that of the form and the file: another file sent from the same form is another upload."""
        cleaned = super().clean() or {}
        if cleaned.get("file") and cleaned.get("key"):
            digest = sha256()
            for chunk in cleaned["file"].chunks():
                digest.update(chunk)
            cleaned["key"] = f"{cleaned['key']}:{digest.hexdigest()}"
        return cleaned

    def clean_source(self) -> str:
        return " ".join(str(self.cleaned_data["source"]).split())


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file as the page of step two shows it."""

    column: ColumnProfile
    field: forms.BoundField

    @property
    def samples(self) -> str:
        return " · ".join(sample[:40] for sample in self.column.samples[:4])


class ColumnsForm(forms.Form):
    """Which column feeds which field, and what the file does not say itself."""

    kind = forms.ChoiceField(label=_("The file holds"))
    source = forms.CharField(label=_("Source"), max_length=100)
    dates = forms.ChoiceField(
        label=_("How are dates written?"),
        choices=DATE_ORDERS,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("The dates of this file can be read either way."),
    )
    amounts = forms.ChoiceField(
        label=_("How are amounts written?"),
        choices=AMOUNT_STYLES,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Some amounts of this file can be read either way."),
    )
    is_all_or_nothing = forms.BooleanField(
        label=_("All rows or none"),
        required=False,
        help_text=_("Otherwise rows that cannot be used are left out and can be downloaded with the reason."),
    )
    is_snapshot = forms.BooleanField(
        label=_("The file holds everything"),
        required=False,
        help_text=_("Deals of this source that are not in the file are taken as deleted."),
    )

    def __init__(
        self,
        *args: Any,
        shape: Shape,
        profile: FileProfile,
        mapping: FileMapping,
        has_snapshot: bool,
        chosen: FileMapping | None = None,
        asked: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shape, self.profile, self.mapping = shape, profile, mapping
        self.chosen = chosen or FileMapping()
        self.fields["kind"].choices = [(name, kind.label) for name, kind in KINDS.items()]  # type: ignore[attr-defined]
        if not has_snapshot:
            del self.fields["is_snapshot"]
        fields = [("", _("– leave out –")), *((item.name, item.label or item.name) for item in shape.fields)]
        by_column = first_meanings(mapping)
        off = columns_off([column.name for column in profile.columns], shape)
        for column in profile.columns:
            kept = [(_("Keep as a new field"), _kept_as(column))] if shape.kind in CustomField.Entity.values else []
            if column.name in off:
                kept = [(_("This field is switched off"), [(SWITCHED_ON, _("Switch it on again and fill it"))])]
            self.fields[_key(column)] = forms.ChoiceField(
                label=_("“%(column)s” is") % {"column": column.name},
                choices=[*fields, *kept],
                required=False,
                initial=by_column.get(column.name, ""),
                widget=QuickSelect,
            )
        self.fields |= further_fields(shape, profile, mapping, self.data)
        asked = {*asked, *(code for code, _name, _column in questions_of(shape, _everything(profile, shape), profile))}
        if "ambiguous_dates" not in asked:
            del self.fields["dates"]
        if "ambiguous_amounts" not in asked:
            del self.fields["amounts"]

    @property
    def column_rows(self) -> list[ColumnRow]:
        return [ColumnRow(column, self[_key(column)]) for column in self.profile.columns]

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in ("dates", "amounts") if name in self.fields]

    @property
    def choices_of_file(self) -> list[forms.BoundField]:
        return [self[name] for name in ("is_all_or_nothing", "is_snapshot") if name in self.fields]

    @property
    def further(self) -> list[FurtherRow]:
        return further_rows(self)

    @property
    def has_further(self) -> bool:
        """Whether something stands there, so that it is shown at once."""
        return bool(further_of(self.mapping)) or any(
            part.errors for row in self.further for part in (row.field, row.column, row.value)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == self.shape.kind:
            columns = self._columns(cleaned)
            further = further_read(self, cleaned, columns)
            columns |= {row.field: row.column for row in further if row.column}
            constants = {row.field: row.value for row in further if row.value}
            self._require({**columns, **constants})
            self._ask(columns, cleaned)
            cleaned["fed"], cleaned["constants"] = columns, constants
        return cleaned

    def to_mapping(self) -> dict[str, Any]:
        """The mapping in the form of a mapping file; what the page does not show stays as it was remembered."""
        plain = self.mapping.to_dict()
        plain["columns"], plain["constants"] = dict(self.cleaned_data["fed"]), self.cleaned_data["constants"]
        plain["fields"] = {
            column.name: self.cleaned_data[_key(column)].removeprefix(NEW)
            for column in self.profile.columns
            if self.cleaned_data.get(_key(column), "").startswith(NEW)
        }
        left_out = [item.name for item in self.shape.fields if item.name not in plain["columns"]]
        plain["columns"] |= {name: "" for name in left_out if name not in plain["constants"]}
        for name in ("dates", "amounts"):
            if self.cleaned_data.get(name):
                plain[name] = self.cleaned_data[name]
        return plain | {name: value for name, value in self.chosen.to_dict().items() if name in {"sheet", "header"}}

    def _columns(self, cleaned: dict[str, Any]) -> dict[str, str]:
        columns: dict[str, str] = {}
        for column in self.profile.columns:
            name = cleaned.get(_key(column))
            if name and name.startswith(NEW):
                continue
            if name and name in columns:
                self.add_error(
                    _key(column),
                    _("“%(column)s” is chosen for this already. Leave one of them out.") % {"column": columns[name]},
                )
            elif name:
                columns[name] = column.name
        return columns

    def _require(self, given: dict[str, str]) -> None:
        needed = [item for item in self.shape.fields if item.is_required]
        if self.shape.id_from and not set(self.shape.identifying) & given.keys():
            needed.append(self.shape.by_name[self.shape.identifying[1]])
        for item in needed:
            if item.name not in given:
                self.add_error(None, _("Choose the column that holds “%(field)s”.") % {"field": item.label})

    def _ask(self, columns: dict[str, str], cleaned: dict[str, Any]) -> None:
        for code, _field, column in questions_of(self.shape, FileMapping(columns), self.profile):
            name = "dates" if code == "ambiguous_dates" else "amounts"
            if not cleaned.get(name) and name in self.fields and name not in self.errors:
                self.add_error(name, _("Say how “%(column)s” is to be read.") % {"column": column})


def _kept_as(column: ColumnProfile) -> list[tuple[str, Any]]:
    """The types that a column can have as a field of its own, the likeliest first."""
    likeliest = type_guess(column)
    words = dict(CustomField.Type.choices)
    likely = [(NEW + likeliest, _("%(type)s (looks like it)") % {"type": words[CustomField.Type(likeliest)]})]
    return likely + [(NEW + type, word) for type, word in CustomField.Type.choices if type != likeliest]


def _key(column: ColumnProfile) -> str:
    return f"column_{column.place}"


def _everything(profile: FileProfile, shape: Shape) -> FileMapping:
    """A mapping by which every column that could be asked about is asked about."""
    dates = [item.name for item in shape.fields if item.type in DATED]
    amounts = [item.name for item in shape.fields if item.type in NUMERIC]
    columns: dict[str, str] = {}
    _spread(columns, dates, [column.name for column in profile.columns if column.dates.is_asked])
    _spread(columns, amounts, [column.name for column in profile.columns if column.amounts.is_asked])
    return FileMapping(columns)


def _spread(columns: dict[str, str], fields: Sequence[str], names: Sequence[str]) -> None:
    columns.update(zip(fields, names, strict=False))
