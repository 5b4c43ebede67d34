"""The root fields of core's subscriptions: an organization with its facts and duties, an import at work."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

from typing import Annotated, Any

import strawberry

from zhibu_core.tenancy.changes import ORGANIZATION
from zhibu_graphql.context import Info
from zhibu_graphql.ids import read_id
from zhibu_graphql.live.fields import live
from zhibu_graphql.reading import read_one
from zhibu_graphql.reading.imports import TAG as IMPORT
from zhibu_graphql.reading.imports import import_of
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.reading.organizations import TAG as PLACE
from zhibu_graphql.sql import OfId
from zhibu_graphql.types.import_run import ImportRun
from zhibu_graphql.types.organization import Organization


@strawberry.type(description="What can be watched: each is sent at once, and again whenever it has changed.")
class Subscription:
    @live(
        "organization.read",
        description="An organization; facts and duties of it and of those below wake it.",
        watches=lambda given: [(ORGANIZATION, read_id(given["id"], PLACE))],
        behind=OfId(ORGANIZATIONS, PLACE),
    )
    async def organization(self, info: Info, id: strawberry.ID) -> Organization | None:  # noqa: A002 GraphQL's own word
        return await read_one(info, ORGANIZATIONS, read_id(id, PLACE))

    @live(
        "import.run",
        description="An import of spreadsheets: how far it is.",
        watches=lambda given: [("import_run", read_id(given["id"], IMPORT))],
    )
    async def import_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The import's id.")],  # noqa: A002
    ) -> ImportRun | None:
        found: Any = await import_of(info.context, read_id(id, IMPORT))
        return found
