"""Open cases between tenants, as every side lists them."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

import strawberry

from zhibu_core.spaces.cases.reading import OpenCase
from zhibu_graphql.context import Info
from zhibu_graphql.fields import field, part, plain
from zhibu_graphql.ids import global_id
from zhibu_graphql.reading.agreements import TAG as SPACE

CASES = "what a case is called, and where it stands, is declared by the plugin whose kind it is"


@part(description="A matter about a member between two tenants that has not come to an end.")
class OpenSpaceCase:
    other: str = plain("The other side's tenant.")
    is_overdue: bool = plain("Whether the next step is late.")

    @field(description="Its id, the same on both sides.")
    def id(self, root: OpenCase) -> strawberry.ID:
        return strawberry.ID(root.case.id.hex)

    @field(description="The id of the agreement.")
    def agreement(self, root: OpenCase) -> strawberry.ID:
        return strawberry.ID(global_id(SPACE, root.case.space_id.bytes))

    @field(description="What it is, such as partnership.attachment.")
    def kind(self, root: OpenCase) -> str:
        return root.case.kind

    @field(description="The kind in words.")
    def title(self, root: OpenCase, info: Info) -> str:
        return root.title.of(info.context.locale)

    @field(description="The last step that holds.")
    def state(self, root: OpenCase) -> str:
        return root.case.state

    @field(description="Where it stands, in words.")
    def state_title(self, root: OpenCase, info: Info) -> str:
        return root.state_title.of(info.context.locale)

    @field(description="Whether this side opened it.")
    def is_own(self, root: OpenCase) -> bool:
        return root.case.is_own

    @field(description="By when the next step is due.")
    def due_on(self, root: OpenCase) -> dt.date | None:
        return root.case.due_on
