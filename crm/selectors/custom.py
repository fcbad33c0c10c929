"""Custom fields: what is defined, what a fact has, and how filters and breakdowns reach the values."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from crm.models import CustomField, CustomValue, DealRole, Opportunity
from crm.policies import custom_fields
from people.viewer import Viewer

Entity, Type = CustomField.Entity, CustomField.Type
MOST_TEXTS = 200  # values that a filter offers


@dataclass(frozen=True)
class CustomTrait:
    """A custom field as SQL: its value (an empty text where there is none) and what must be joined for it."""

    value: str
    join: str


def custom_trait(field: CustomField, fact: str = "o") -> CustomTrait:
    """The value of a field of deals, of their accounts, or of leads, over a relation `fact` of deals or leads."""
    name = f"custom_{field.pk}"
    key = {Entity.OPPORTUNITY: "id", Entity.LEAD: "id", Entity.ACCOUNT: "account_id"}[Entity(field.entity)]
    return CustomTrait(
        f"coalesce({name}.text, '')",
        # + 0: by the fact's own values, never by all values of the field, which look few while nothing is known of them
        f"LEFT JOIN crm_customvalue {name} ON {name}.{field.entity}_id = {fact}.{key} AND {name}.field_id + 0 = {field.pk}",
    )


def fields_of(*entities: str, with_off: bool = False) -> list[CustomField]:
    """The fields of deals, accounts or leads in the order of their names; without those switched off. One query."""
    found = CustomField.objects.filter(entity__in=entities).order_by("entity", "name")
    return list(found if with_off else found.filter(is_off=False))


def fields_in_use() -> list[tuple[CustomField, int]]:
    """Every field with how many values it has. Two queries."""
    roles = dict(DealRole.objects.filter(is_deleted=False).values_list("role").annotate(count=Count("pk")))
    found = CustomField.objects.annotate(filled=Count("values")).order_by("entity", "name")
    return [(field, roles.get(field.name, 0) if field.type == Type.PERSON else field.filled) for field in found]


def access_custom_field(viewer: Viewer, field_id: int) -> CustomField:
    """The field. Raises: PermissionDenied, Http404. One query."""
    custom_fields.require(viewer, "change")
    field = CustomField.objects.filter(pk=field_id).first()
    if field is None:
        raise Http404
    return field


def custom_values(entity: str, key: int) -> list[CustomValue]:
    """What one deal, account or lead has, without fields that are switched off. One query."""
    found = CustomValue.objects.filter(**{f"{entity}_id": key}, field__is_off=False).select_related("field")
    return list(found.order_by("field__name"))


def deal_roles(deal: Opportunity) -> list[DealRole]:
    """Who takes part in a deal beside its owner, without roles that are switched off. One query."""
    return list(roles_on().filter(opportunity=deal).select_related("person").order_by("role", "starts_on", "pk"))


def roles_on() -> QuerySet[DealRole]:
    """People in roles, without roles that are switched off."""
    off = CustomField.objects.filter(entity=Entity.OPPORTUNITY, type=Type.PERSON, is_off=True)
    return DealRole.objects.filter(is_deleted=False).exclude(role__in=off.values("name"))


def texts_of(field: CustomField) -> list[str]:
    """What a field can be told apart by: its choices, otherwise what it has. One query at most."""
    if field.choices:
        return list(field.choices)
    texts = CustomValue.objects.filter(field=field).order_by("text").values_list("text", flat=True).distinct()
    return list(texts[:MOST_TEXTS])


def with_text(field: CustomField, text: str) -> Q:
    """Facts that have a text in a field of theirs or of their account's; an empty text: that have none."""
    values = CustomValue.objects.filter(field=field, **({"text": text} if text else {}))
    name = "account" if field.entity == Entity.ACCOUNT else "pk"
    having = Q(**{f"{name}__in": values.filter(**{f"{field.entity}__isnull": False}).values(field.entity)})
    return having if text else ~having


def deals_without(found: QuerySet[Opportunity], name: str) -> QuerySet[Opportunity]:
    """Deals without a value of the field that links call `name`; none where there is no such field. One query."""
    prefix, _between, key = name.partition("_")
    entity = {"custom": Entity.OPPORTUNITY, "account": Entity.ACCOUNT}.get(prefix)
    field = CustomField.objects.filter(entity=entity, key=key).first() if entity else None
    return found.filter(with_text(field, "")) if field else found.none()


def deals_with_value(found: QuerySet[Opportunity], field: CustomField, condition: Q) -> QuerySet[Opportunity]:
    """Deals whose own value, or whose account's, meets a condition on the values."""
    values = CustomValue.objects.filter(condition, field=field)
    if field.entity == Entity.ACCOUNT:
        return found.filter(account__in=values.filter(account__isnull=False).values("account"))
    return found.filter(pk__in=values.filter(opportunity__isnull=False).values("opportunity"))


def deals_with_role(found: QuerySet[Opportunity], field: CustomField, person_id: int) -> QuerySet[Opportunity]:
    """Deals in which a person has a role."""
    roles = DealRole.objects.filter(role=field.name, person=person_id, is_deleted=False)
    return found.filter(pk__in=roles.values("opportunity"))
