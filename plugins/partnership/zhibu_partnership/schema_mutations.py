"""The mutations of offers, needs and the board."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import additions, mutation, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.reading import find, read_from
from zhibu_graphql.reading.organizations import required_organization
from zhibu_partnership.actions import DECIDE, WRITE
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import change_entry, entry_to_write, withdraw_entry, write_entry
from zhibu_partnership.publishing import decide_listing
from zhibu_partnership.reading import ENTRIES, TAG
from zhibu_partnership.schema import OfferOrNeed


@strawberry.input(description="An offer or a need as somebody writes it down.")
class OfferOrNeedInput:
    kind: str = strawberry.field(description="offer or need.")
    category: str = strawberry.field(description="lecture, base, expert, internship, service or joint_study.")
    title: str = strawberry.field(description="In at most 60 characters.")
    valid_until: dt.date = strawberry.field(description="The last day on the board, at most a year from now.")
    about: str = strawberry.field(default="", description="More about it, at most 600 characters.")
    place: str = strawberry.field(default="", description="Where, in at most 60 characters; empty for anywhere.")
    starts_on: dt.date | None = strawberry.field(default=None, description="From when on.")
    ends_on: dt.date | None = strawberry.field(default=None, description="Until when.")
    capacity: int | None = strawberry.field(default=None, description="For how many people.")

    def draft(self, organization_id: uuid.UUID) -> EntryDraft:
        """The same as the services take it."""
        return EntryDraft(organization_id, **{name: getattr(self, name) for name in _FIELDS})


_FIELDS = ("kind", "category", "title", "valid_until", "about", "place", "starts_on", "ends_on", "capacity")
Given = Annotated[OfferOrNeedInput, strawberry.argument(name="input", description="What it says.")]
Which = Annotated[strawberry.ID, strawberry.argument(description="The offer or need.")]


@part(description="The offer or need after it was written, changed or withdrawn.")
class OfferOrNeedPayload:
    entry: OfferOrNeed | None = plain("The offer or need; null where nothing was written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@part(description="The board's lines of the tenant after its administrator's word.")
class BoardListingPayload:
    listed: bool | None = plain("Whether the board may show the tenant; null where nothing was written.")
    lines: int | None = plain("How many lines it shows of it.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@additions
class Mutations:
    """The root fields of the plugin."""

    @mutation(WRITE, description="Writes down what an organization offers or needs.")
    async def write_offer_or_need(
        self,
        info: Info,
        organization: Annotated[strawberry.ID, strawberry.argument(description="Whose it is.")],
        given: Given,
    ) -> OfferOrNeedPayload | None:
        place = await required_organization(info.context, organization)
        async with info.context.turn() as session:
            made = await write_entry(session, info.context.scope, given.draft(place.id))
        return await _payload(info, made.id)

    @mutation(WRITE, description="Changes an offer or need; the board shows the change at once.")
    async def change_offer_or_need(self, info: Info, entry: Which, given: Given) -> OfferOrNeedPayload | None:
        async with info.context.turn() as session:
            _, place = await entry_to_write(session, info.context.scope, _entry(entry))
            made = await change_entry(session, info.context.scope, _entry(entry), given.draft(place.id))
        return await _payload(info, made.id)

    @mutation(WRITE, description="Takes an offer or need back, here and on the board.")
    async def withdraw_offer_or_need(self, info: Info, entry: Which) -> OfferOrNeedPayload | None:
        async with info.context.turn() as session:
            made = await withdraw_entry(session, info.context.scope, _entry(entry))
        return await _payload(info, made.id)

    @mutation(DECIDE, description="Lets the board show the tenant, or no longer, which empties it of us at once.")
    async def decide_board_listing(
        self,
        info: Info,
        listed: Annotated[bool, strawberry.argument(description="Whether the board may show the tenant.")],
    ) -> BoardListingPayload | None:
        async with info.context.turn() as session:
            lines = await decide_listing(session, info.context.scope, listed=listed)
        return BoardListingPayload(listed=listed, lines=lines, errors=[])


async def _payload(info: Info, key: uuid.UUID) -> OfferOrNeedPayload:
    info.context.forget()
    return OfferOrNeedPayload(entry=read_from(await find(info.context, ENTRIES, key)), errors=[])


def _entry(text: str) -> uuid.UUID:
    found = read_id(text, TAG)
    if found is None:
        said = Words(
            "没有找到这条资源或需求。请核对后重试。", "There is no such offer or need. Check it and try again."
        )
        raise not_there("entry", said)
    return found
