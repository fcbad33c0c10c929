"""How far an organization's numbers are: one cached key that open pages ask for every few seconds."""

from django.core.cache import cache

from metrics.models import DataVersion

KEEP_SECONDS = 10  # a lost write of the cache is healed after this


def version_key(organization_id: int) -> str:
    return f"metrics:version:{organization_id}"


def data_version(organization_id: int) -> int:
    """The version of the numbers; from the cache, otherwise one query."""
    version = cache.get(version_key(organization_id))
    if version is None:
        version = DataVersion.objects.values_list("version", flat=True).first() or 0
        cache.add(version_key(organization_id), version, KEEP_SECONDS)
    return int(version)
