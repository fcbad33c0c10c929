"""The wall between organizations: it stands in Postgres (row-level security), this package builds and uses it.

`Walled` marks a table as belonging to an organization, `tenant()` says for which organization the code speaks,
`build` raises the policies after every migration.
"""

from people.wall.model import Walled, WalledFact
from people.wall.tenant import current_organization_id, tenant

__all__ = ["Walled", "WalledFact", "current_organization_id", "tenant"]
