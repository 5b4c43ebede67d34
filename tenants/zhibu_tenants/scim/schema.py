"""The directory in GraphQL: how its calls went, and where it says something else than the branches."""

# mypy: disable-error-code=return-value
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, column, field, first_of, object_type, plain
from zhibu_graphql.ids import global_id
from zhibu_graphql.reading.members import TAG
from zhibu_tenants.listings import DIRECTORY_DAYS, D
from zhibu_tenants.scim.differences import MOST, Difference, differences

DAYS = 50


@object_type("directory.read", description="How the calls of a directory went on one day.")
class DirectoryDay:
    client: str = column(D.c.client, "The program's client.")
    day: dt.date = column(D.c.day, "The day.")
    written: int = column(D.c.written, "Calls that changed something.")
    refused: int = column(D.c.refused, "Calls that were refused.")
    last_at: dt.datetime = column(D.c.last_at, "When the last of them came.")
    last_refusal: str | None = column(D.c.last_refusal, "Why the last one was refused: status, keyword, attribute.")


@object_type("member.read", description="A current member of whom the directory says something else.")
class DirectoryDifference:
    person: str = plain("The member's name.")
    kind: str = plain("`elsewhere`: the directory has them at another organization. `left`: it says that they left.")
    branch: str = plain("The branch that they belong to.")
    said: str = plain("The organization that the directory has them at; empty where they left.")

    @field(description="The member.")
    def member_id(self, root: Difference) -> strawberry.ID:
        return strawberry.ID(global_id(TAG, root.person_id.bytes))


@additions
class DirectoryQuery:
    directory_days: list[DirectoryDay] | None = first_of(
        DIRECTORY_DAYS, "The calls of directories by day, the newest first.", "directory.read", size=DAYS
    )

    @field(
        "member.read",
        description="Where the directory says something else than the branches.",
        size=MOST,
        computed="two sources are compared person by person",
    )
    async def directory_differences(self, info: Info) -> list[DirectoryDifference] | None:
        async with info.context.turn() as session:
            return await differences(session, info.context.scope.paths("member.read"))
