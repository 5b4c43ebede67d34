"""What can be watched of organizational life: a meeting, with its roll as it fills."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions
from zhibu_graphql.ids import read_id
from zhibu_graphql.live.fields import live
from zhibu_graphql.reading import read_one
from zhibu_graphql.sql import OfId
from zhibu_orglife.actions import READ
from zhibu_orglife.facts import RECORD
from zhibu_orglife.listings import MEETINGS, TAG
from zhibu_orglife.schema import Meeting


@additions
class MeetingSubscriptions:
    @live(
        READ,
        description="A meeting: its record, state and roll.",
        watches=lambda given: [(RECORD, read_id(given["id"], TAG))],
        behind=OfId(MEETINGS, TAG),
    )
    async def meeting(self, info: Info, id: strawberry.ID) -> Meeting | None:  # noqa: A002 GraphQL's own word
        return await read_one(info, MEETINGS, read_id(id, TAG))
