"""The fields that an organization adds to deals, accounts and leads."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.engine.problem import Unreadable
from crm.engine.texts import name_key
from crm.models import CustomField, CustomValue, DealRole
from crm.policies import custom_fields
from people.audit import audit
from people.models import Person
from people.viewer import Viewer

Type, Entity = CustomField.Type, CustomField.Entity

MOST = 100  # fields of one entity
SWITCH_ON = "switch_on"  # instead of a type: the field of that name is switched on again
PREFIX = "custom_"


def field_create(
    *, viewer: Viewer | None, entity: str, name: str, type: str, choices: Sequence[str], at: datetime
) -> CustomField:
    """Add a field. Raises: PermissionDenied, ValidationError."""
    custom_fields.require(viewer, "create")
    return _create(entity, name, type, choices, viewer.person if viewer else None, at)


def field_change(*, viewer: Viewer, field: CustomField, name: str, choices: Sequence[str], at: datetime) -> None:
    """Rename a field, or change what a choice can be; choices that are in use stay. Raises: PermissionDenied,
    ValidationError."""
    custom_fields.require(viewer, "change", field)
    if field.type == Type.CHOICE:
        _in_use_require(field, choices)
    before, field.name, field.choices = field.name, name, _choices_check(field.type, choices)
    _unique_require(field)
    if field.type == Type.PERSON:
        DealRole.objects.filter(role=before, external_id__endswith=f"|{field.key}").update(role=name)
    field.save(update_fields=["name", "choices"])
    audit("custom_field_change", actor=viewer.person, at=at, subject=field, detail={"name": name})


def field_switch(*, viewer: Viewer, field: CustomField, is_off: bool, at: datetime) -> bool:
    """Switch a field off, or on again; its values and their history stay. Whether it was the other way before. Raises:
    PermissionDenied, ValidationError."""
    custom_fields.require(viewer, "change", field)
    return _switch(field, is_off, viewer.person, at)


def _switch(field: CustomField, is_off: bool, actor: Person | None, at: datetime) -> bool:
    now = CustomField.objects.select_for_update().filter(pk=field.pk).first()
    if now is None:
        raise ValidationError(_("This field was taken away in the meantime."), code="gone")
    if now.is_off == is_off:
        return False
    CustomField.objects.filter(pk=field.pk).update(is_off=is_off)
    field.is_off = is_off
    action = "custom_field_switch_off" if is_off else "custom_field_switch_on"
    audit(action, actor=actor, at=at, subject=field, detail={"name": now.name})
    return True


def field_delete(*, viewer: Viewer, field: CustomField, at: datetime) -> None:
    """Take a field away that has no values. Raises: PermissionDenied, ValidationError."""
    custom_fields.require(viewer, "delete", field)
    is_role = field.type == Type.PERSON and DealRole.objects.filter(role=field.name, is_deleted=False).exists()
    if is_role or CustomValue.objects.filter(field=field).exists():
        raise ValidationError(
            _("“%(name)s” has values, so it stays. Undo the imports that brought them first.") % {"name": field.name},
            code="in_use",
        )
    audit("custom_field_delete", actor=viewer.person, at=at, subject=field, detail={"name": field.name})
    field.delete()


def fields_ensure(*, entity: str, mapping: Any, actor: Person | None, at: datetime) -> Any:
    """Make the columns that a mapping keeps as fields into fields, where there are none of that name, or switch them on
    again; the mapping then feeds them. Raises: Unreadable, ValidationError."""
    if not isinstance(mapping, Mapping) or "fields" not in mapping:
        return mapping
    plain = {name: part for name, part in mapping.items() if name != "fields"}
    wanted = mapping["fields"] or {}
    if not isinstance(wanted, Mapping):
        raise Unreadable("mapping_part_not_a_mapping", part="fields")
    if wanted and entity not in Entity.values:
        raise Unreadable("mapping_no_own_fields", kind=entity)
    own = list(CustomField.objects.filter(entity=entity))
    known = {field.name.casefold(): field for field in own}
    off = {name_key(word): field for field in own if field.is_off for word in (field.name, PREFIX + field.key)}
    columns = dict(plain.get("columns") or {})
    for column, type in wanted.items():
        if type not in (*Type.values, SWITCH_ON):
            raise Unreadable("mapping_unknown_type", value=str(type), types=", ".join(Type.values))
        field = known.get(str(column).casefold())
        if type == SWITCH_ON:
            field = off.get(name_key(str(column))) or field
            if field is None:
                raise Unreadable("mapping_no_field_off", field=str(column))
            _switch(field, False, actor, at)
        elif field is None:
            field = _create(entity, str(column), str(type), [], actor, at)
        elif field.is_off:
            raise Unreadable("mapping_field_off", field=field.name)
        columns[PREFIX + field.key] = str(column)
    return {**plain, "columns": columns}


def _create(
    entity: str, name: str, type: str, choices: Sequence[str], actor: Person | None, at: datetime
) -> CustomField:
    name = " ".join(name.split())[:100]
    if type == Type.PERSON and entity != Entity.OPPORTUNITY:
        raise ValidationError(_("Only deals have people in roles."), code="no_roles")
    if CustomField.objects.filter(entity=entity).count() >= MOST:
        raise ValidationError(_("There are %(count)s fields already; that is the most.") % {"count": MOST}, code="full")
    field = CustomField(
        entity=entity, name=name, type=type, key=_free_key(entity, name), choices=_choices_check(type, choices)
    )
    _unique_require(field)
    field.save()
    audit("custom_field_create", actor=actor, at=at, subject=field, detail={"name": name, "type": type})
    return field


def _unique_require(field: CustomField) -> None:
    if not field.name:
        raise ValidationError({"name": _("Give the field a name.")}, code="no_name")
    other = CustomField.objects.filter(entity=field.entity, name__iexact=field.name).exclude(pk=field.pk).first()
    if other is not None and other.is_off:
        sentence = _("A field that is switched off has this name. Switch it on again, or choose another name.")
        raise ValidationError({"name": ValidationError(sentence, code="twice")})
    if other is not None:
        raise ValidationError({"name": _("Another field has this name.")}, code="twice")


def _choices_check(type: str, choices: Sequence[str]) -> list[str]:
    if type != Type.CHOICE:
        return []
    cleaned = list(dict.fromkeys(text for text in (" ".join(choice.split())[:200] for choice in choices) if text))
    if len(cleaned) > 500:
        raise ValidationError({"choices": _("At most 500 choices.")}, code="too_many")
    return cleaned


def _in_use_require(field: CustomField, choices: Sequence[str]) -> None:
    kept = {" ".join(choice.split()) for choice in choices}
    used = CustomValue.objects.filter(field=field).values_list("text", flat=True).distinct()[:501]
    missing = sorted(set(used) - kept) if kept else []
    if missing:
        raise ValidationError(
            {"choices": _("These are in use and stay: %(texts)s.") % {"texts": ", ".join(missing[:10])}}, code="in_use"
        )


def _free_key(entity: str, name: str) -> str:
    """Letters, digits and underscores of the name, and a number where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30] or "field"
    taken = set(CustomField.objects.filter(entity=entity).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}_{number}" for number in range(2, MOST + 3))) if key not in taken)
