"""How second attachments are written in GraphQL: offered, answered, taken in, given back, undone; attendance and contact."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import additions, mutation, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.reading import find, read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.members import TAG as MEMBER
from zhibu_partnership.actions import HOST_ATTACHMENT, OFFER_ATTACHMENT
from zhibu_partnership.attachment.contact import record_contact
from zhibu_partnership.attachment.listing import ATTACHMENTS, TAG
from zhibu_partnership.attachment.marks import mark_guest
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.stepping import accept, give_back, receive, refuse, take_back, withdraw
from zhibu_partnership.schema_attachment import SecondAttachment


@strawberry.input(description="Whom, from when until when, and why.")
class AttachmentInput:
    member: strawberry.ID = strawberry.field(description="The member of ours.")
    starts_on: dt.date = strawberry.field(description="The first day.")
    until_on: dt.date = strawberry.field(description="The last day, within the agreement's term.")
    reason: str = strawberry.field(description="Why the member is away, in at most 200 characters; the host reads it.")
    answer_by: dt.date | None = strawberry.field(default=None, description="15 days from now unless said.")
    to: str = strawberry.field(default="", description="The host's slug, where the agreement has several other sides.")


@part(description="The second attachment after the step.")
class AttachmentPayload:
    attachment: SecondAttachment | None = plain("It; null where nothing was written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


Given = Annotated[AttachmentInput, strawberry.argument(name="input", description="The offer.")]
Which = Annotated[strawberry.ID, strawberry.argument(description="The second attachment.")]
Why = Annotated[str, strawberry.argument(description="Why, in at most 200 characters; the other side reads it.")]
OnDay = Annotated[dt.date | None, strawberry.argument(description="The day; today unless said.")]


@additions
class AttachmentMutations:
    """The mutations of second attachments."""

    @mutation(OFFER_ATTACHMENT, description="Offers a member of ours to the other side of an agreement.")
    async def offer_attachment(self, info: Info, agreement: strawberry.ID, given: Given) -> AttachmentPayload | None:
        member = _known(read_id(given.member, MEMBER))
        asked = Offer(member, given.starts_on, given.until_on, given.reason, given.answer_by, given.to)
        context = info.context
        async with context.turn() as session:
            made = await offer(context.platform, session, context.scope, _known(read_id(agreement, SPACE)), asked)
        return await _payload(info, made.id)

    @mutation(HOST_ATTACHMENT, description="The host takes the guest in.")
    async def accept_attachment(
        self, info: Info, attachment: Which,
        contact: Annotated[str, strawberry.argument(description="Whom to ask at the host branch.")],
        reach: Annotated[str, strawberry.argument(description="How to reach them.")] = "",
        organization: Annotated[str, strawberry.argument(description="The host branch's code; the party unless said.")] = "",
    ) -> AttachmentPayload | None:  # fmt: skip
        return await _done(info, attachment, accept, contact=contact, reach=reach, organization=organization)

    @mutation(HOST_ATTACHMENT, description="The host does not take the guest in, or no longer.")
    async def refuse_attachment(self, info: Info, attachment: Which, reason: Why) -> AttachmentPayload | None:
        return await _done(info, attachment, refuse, reason)

    @mutation(OFFER_ATTACHMENT, description="Home takes its offer back before the guest has come.")
    async def withdraw_attachment(self, info: Info, attachment: Which, reason: Why) -> AttachmentPayload | None:
        return await _done(info, attachment, withdraw, reason)

    @mutation(HOST_ATTACHMENT, description="The guest has come to the host branch.")
    async def receive_attachment(self, info: Info, attachment: Which, on: OnDay = None) -> AttachmentPayload | None:
        return await _done(info, attachment, receive, on)

    @mutation(OFFER_ATTACHMENT, HOST_ATTACHMENT, description="The member is home again, as either side says.")
    async def return_attachment(
        self, info: Info, attachment: Which, on: OnDay = None, reason: Why = ""
    ) -> AttachmentPayload | None:
        return await _done(info, attachment, give_back, on, reason)

    @mutation(OFFER_ATTACHMENT, HOST_ATTACHMENT, description="Undoes our last step, while nothing follows it.")
    async def undo_attachment_step(self, info: Info, attachment: Which) -> AttachmentPayload | None:
        return await _done(info, attachment, take_back)

    @mutation(HOST_ATTACHMENT, description="Says how a guest was at a meeting of the host branch; again it corrects.")
    async def mark_guest(
        self, info: Info, attachment: Which,
        meeting: Annotated[uuid.UUID, strawberry.argument(description="The record of the meeting, as its facts name it.")],
        mark: Annotated[str, strawberry.argument(description="present, late, leave or absent.")],
    ) -> AttachmentPayload | None:  # fmt: skip
        return await _done(info, attachment, mark_guest, meeting, mark)

    @mutation(
        OFFER_ATTACHMENT,
        description="Writes that home was in touch with its member; the next contact is owed from then.",
    )
    async def record_contact(
        self, info: Info, attachment: Which, on: OnDay = None,
        way: Annotated[str, strawberry.argument(description="visit, phone, video or letter.")] = "phone",
    ) -> AttachmentPayload | None:  # fmt: skip
        scope = info.context.scope
        async with info.context.turn() as session:
            await record_contact(session, scope, _case(attachment), on or scope.today, way)
        return await _payload(info, _case(attachment))


async def _done(
    info: Info, attachment: strawberry.ID, step: Callable[..., Awaitable[Any]], *given: Any, **more: Any
) -> AttachmentPayload:
    context, case = info.context, _case(attachment)
    async with context.turn() as session:
        await step(context.platform, session, context.scope, case, *given, **more)
    return await _payload(info, case)


async def _payload(info: Info, case: uuid.UUID) -> AttachmentPayload:
    info.context.forget()
    return AttachmentPayload(attachment=read_from(await find(info.context, ATTACHMENTS, case)), errors=[])


def _case(text: str) -> uuid.UUID:
    found = read_id(text, TAG)
    if found is None:
        said = Words("没有找到这件挂靠。请核对后重试。", "There is no such second attachment. Check it and try again.")
        raise not_there("attachment", said)
    return found


def _known(found: uuid.UUID | None) -> uuid.UUID:
    return found or uuid.UUID(int=0)
