from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.kinds.base import register
from crm.kinds.named import NamedKind


@register
class ProductKind(NamedKind):
    label = _("products")
    shape = Shape(
        kind="product",
        id_from="name",
        telling=frozenset({"price", "family"}),
        fields=(
            Field(
                "id",
                names=("product id", "sku", "product code", "item id", "item number", "product number"),
                label=_("id"),
            ),
            Field("name", names=("product", "product name", "item", "item name", "title", "produkt"), label=_("name")),
            Field(
                "price",
                FieldType.AMOUNT,
                ("sales price", "list price", "unit price", "standard price", "msrp", "retail price", "preis"),
                label=_("list price"),
            ),
            Field(
                "family",
                names=("series", "product family", "category", "product category", "product line", "line"),
                longest=200,
                label=_("family"),
            ),
        ),
    )
    columns = {
        "name": {"name": "coalesce(t.f_name, t.f_id)", "name_key": "t.name_key"},
        "price": {"list_price": "t.f_price"},
        "family": {"family": "coalesce(t.f_family, '')"},
    }
