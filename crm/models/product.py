from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class Product(Walled):
    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)  # letters and digits only, for near duplicates
    family = models.CharField(_("family"), max_length=200, blank=True, default="")
    list_price = models.DecimalField(_("list price"), max_digits=20, decimal_places=6, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "name"], name="product_name"),
            models.Index(fields=["organization", "name_key"], name="product_name_key"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductKey(Walled):
    """What a source calls a product. Merges move keys, so a merge is remembered per source."""

    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=300)
    product = models.ForeignKey("crm.Product", on_delete=models.CASCADE, related_name="keys")
    is_alias = models.BooleanField(default=False)  # another name for it, by a merge: its rows change nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="productkey_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
