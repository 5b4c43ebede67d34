"""The root fields of agreements: reading them, and everything that one does with them."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated, Any

import strawberry

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.spaces.agreements import change, propose, sign
from zhibu_core.spaces.cases.reading import open_matters
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records, send_again, withdraw_records
from zhibu_core.spaces.terms import Contact
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import field, listing, mutation, part, plain
from zhibu_graphql.ids import UUID_BYTES, split_id
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.agreements import SPACES
from zhibu_graphql.reading.spaces import cases_of, key_of_space, shown
from zhibu_graphql.sql import rows
from zhibu_graphql.types.case import CASES, OpenSpaceCase
from zhibu_graphql.types.crossing import LEDGER, Envelope
from zhibu_graphql.types.space import Space

MOST_CASES = 100


@strawberry.input(description="An organization of another tenant.")
class OtherPartyInput:
    slug: str = strawberry.field(description="The tenant's slug.")
    code: str = strawberry.field(default="", description="The organization's code there, or")
    name: str = strawberry.field(default="", description="its full name there.")


@strawberry.input(description="A field that shall cross.")
class SharedFieldInput:
    key: str = strawberry.field(description="Its key.")
    reason: str = strawberry.field(description="Why.")
    basis: str = strawberry.field(default="", description="Whose consent or which article, where it is personal.")
    days: int | None = strawberry.field(default=None, description="For how many days, where it is personal.")


@strawberry.input(description="A kind of record that shall cross.")
class ShareInput:
    kind: str = strawberry.field(description="Such as orglife.meeting.")
    fields: list[SharedFieldInput] = strawberry.field(description="Its fields.")
    by: list[str] = strawberry.field(default_factory=list, description="Slugs of who gives it; none: every side.")


@strawberry.input(description="Whom to ask.")
class ContactInput:
    slug: str = strawberry.field(description="At which tenant.")
    name: str = strawberry.field(description="Who.")
    post: str = strawberry.field(default="", description="What they are.")
    reach: str = strawberry.field(default="", description="How to reach them.")


@strawberry.input(description="An agreement's words.")
class AgreementInput:
    title: str = strawberry.field(description="Up to 60 characters.")
    purpose: str = strawberry.field(description="Up to 600 characters.")
    organizations: list[str] = strawberry.field(description="The own ones, by code or full name.")
    others: list[OtherPartyInput] = strawberry.field(description="Those of other tenants.")
    starts_on: dt.date = strawberry.field(description="The first day.")
    ends_on: dt.date = strawberry.field(description="The last day.")
    shares: list[ShareInput] = strawberry.field(default_factory=list, description="What crosses.")
    review_on: dt.date | None = strawberry.field(default=None, description="When to look at it again.")
    contacts: list[ContactInput] = strawberry.field(default_factory=list, description="Whom to ask.")


@part(description="The agreement as it stands now.")
class AgreementPayload:
    space: Space | None = plain("The agreement; null where nothing was done.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@part(description="What is on its way.")
class PublishPayload:
    envelopes: list[strawberry.ID] | None = plain("The envelopes' ids; null where nothing was sent.", size=2_000)
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


Given = Annotated[AgreementInput, strawberry.argument(name="input", description="The words.")]
Records = Annotated[list[strawberry.ID], strawberry.argument(description="Ids of own objects, at most 100.")]


@strawberry.type
class SpaceQuery:
    """Root fields that read."""

    @listing("space.read", description="Agreements with other tenants, newest first.")
    def spaces(
        self,
        first: First,
        after: After = None,
        state: Annotated[str | None, strawberry.argument(description="proposed, in_force, revoked or ended.")] = None,
    ) -> Connection[Space] | None:
        return rows(SPACES, first, after, {"state": state or None})

    @field(
        "space.read",
        description="Everything between tenants that has not come to an end.",
        size=MOST_CASES,
        computed=LEDGER,
    )
    async def open_envelopes(self, info: Info) -> list[Envelope] | None:
        return await cases_of(info, MOST_CASES)

    @field(
        "space.read",
        description="Cases about members between tenants that have not come to an end, what is due first in front.",
        size=MOST_CASES,
        computed=CASES,
    )
    async def open_space_cases(self, info: Info) -> list[OpenSpaceCase] | None:
        context = info.context
        async with context.turn() as session:
            return read_from(await open_matters(context.platform, session, context.scope, limit=MOST_CASES))


@strawberry.type
class SpaceMutation:
    """Root fields that change something."""

    @mutation("space.propose", description="Proposes an agreement and sends it to the other sides.")
    async def propose_agreement(self, info: Info, given: Given) -> AgreementPayload | None:
        context = info.context
        async with context.turn() as session:
            made = await propose(context.platform, session, context.scope, _proposal(given))
        return await _payload(info, made.id)

    @mutation("space.propose", description="Sends other words; what holds stays so until all have signed these.")
    async def change_agreement(
        self, info: Info, space: strawberry.ID, given: Given, note: str = ""
    ) -> AgreementPayload | None:
        context, key = info.context, key_of_space(space)
        async with context.turn() as session:
            await change(context.platform, session, context.scope, key, _proposal(given), note=note)
        return await _payload(info, key)

    @mutation("space.sign", description="Signs the newest version for the own side, in the asker's name.")
    async def sign_agreement(
        self,
        info: Info,
        space: strawberry.ID,
        version: Annotated[strawberry.ID, strawberry.argument(description="The version that was read.")],
        organization: Annotated[
            str, strawberry.argument(description="For which own organization, by code or name; empty for all.")
        ] = "",
    ) -> AgreementPayload | None:
        context, key = info.context, key_of_space(space)
        async with context.turn() as session:
            await sign(session, context.scope, key, _uuid(version, "version"), organization=organization)
        return await _payload(info, key)

    @mutation("space.revoke", description="Ends an agreement at once; the copies on all sides go.")
    async def revoke_agreement(self, info: Info, space: strawberry.ID, reason: str) -> AgreementPayload | None:
        context, key = info.context, key_of_space(space)
        async with context.turn() as session:
            await revoke(session, context.scope, key, reason)
        return await _payload(info, key)

    @mutation("space.publish", description="Sends records to the other sides, as the agreement says.")
    async def publish_records(
        self,
        info: Info,
        space: strawberry.ID,
        kind: str,
        records: Records,
        fields: Annotated[list[str] | None, strawberry.argument(description="Keys; null: all that are agreed.")] = None,
    ) -> PublishPayload | None:
        context = info.context
        async with context.turn() as session:
            made = await publish_records(
                context.platform, session, context.scope, key_of_space(space), kind, _objects(records), fields=fields
            )
        return PublishPayload(envelopes=[strawberry.ID(one.hex) for one in made], errors=[])

    @mutation("space.publish", description="Takes the copies of these records back.")
    async def withdraw_records(
        self, info: Info, space: strawberry.ID, kind: str, records: Records
    ) -> AgreementPayload | None:
        context, key = info.context, key_of_space(space)
        async with context.turn() as session:
            await withdraw_records(session, context.scope, key, kind, _objects(records))
        return await _payload(info, key)

    @mutation("space.publish", description="Lets a held envelope be tried again.")
    async def send_envelope_again(self, info: Info, envelope: strawberry.ID) -> AgreementPayload | None:
        context = info.context
        async with context.turn() as session:
            found = await send_again(session, context.scope, _uuid(envelope, "envelope"))
        return await _payload(info, found.space_id)


async def _payload(info: Info, space_id: uuid.UUID) -> Any:
    info.context.forget()
    return AgreementPayload(space=read_from(await shown(info.context, space_id)), errors=[])


def _proposal(given: AgreementInput) -> Proposal:
    return Proposal(
        title=given.title,
        purpose=given.purpose,
        organizations=tuple(given.organizations),
        others=tuple(Other(one.slug, one.code, one.name) for one in given.others),
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        shares=tuple(
            AskedShare(one.kind, tuple(AskedField(f.key, f.reason, f.basis, f.days) for f in one.fields), tuple(one.by))
            for one in given.shares
        ),
        review_on=given.review_on,
        contacts=tuple(Contact(one.slug, one.name, one.post, one.reach) for one in given.contacts),
    )


def _objects(ids: list[strawberry.ID]) -> list[uuid.UUID]:
    """The own objects of these global ids; raises `InvalidInput` for too many, `NotFound` for what is no id."""
    if not 0 < len(ids) <= MOST_CASES:
        raise InvalidInput("records", Words("一次 1 到 100 条。", "Between 1 and 100 at a time."), field="records")
    found = [split_id(one) for one in ids]
    if any(one is None or len(one[1]) != UUID_BYTES for one in found):
        raise NotFound("space_record", Words("没有找到这条记录。", "There is no such record."), field="records")
    return [uuid.UUID(bytes=one[1]) for one in found if one is not None]


def _uuid(text: str, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(hex=text)
    except ValueError:
        raise InvalidInput("id", Words("这个编号不对。", "This is no such id."), field=name) from None
