"""Home offers one of its members to a host of another tenant, under an agreement that names second attachments."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.keeping import open_case, tell
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.powers import own_paths
from zhibu_core.spaces.publishing import version_in_force
from zhibu_core.spaces.reading import space_of
from zhibu_core.spaces.terms import LONGEST_REASON, Terms, terms_of
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import OFFER_ATTACHMENT, require
from zhibu_partnership.attachment.models import new_attachment
from zhibu_partnership.attachment.sharing import ATTACHMENT, KIND, MARK_KIND, NEEDED

ANSWER_DAYS = 15
CURRENT = ("normal", "restored")


@dataclass(frozen=True)
class Offer:
    """Whom, from when until when, and why; `answer_by` is 15 days from now unless said. `to` is the host's slug, needed only where an
    agreement has several other sides.
    """

    person_id: uuid.UUID
    starts_on: dt.date
    until_on: dt.date
    reason: str
    answer_by: dt.date | None = None
    to: str = ""


async def offer(platform: Platform, session: AsyncSession, who: Scope, space_id: uuid.UUID, asked: Offer) -> SpaceCase:
    """Offers a member; the offer crosses at once. Raises `NotFound`, `Forbidden`, `Conflict` where the agreement does not hold today or
    the member is offered already, `InvalidInput` naming the field: the person, a day, what the agreement does not name.
    """
    terms = terms_of((await version_in_force(session, who, await space_of(session, who, space_id))).terms)
    party = _party(terms, who, asked.to)
    _check_agreed(terms, who, party)
    person, place = await _member(session, space_id, asked.person_id)
    require(who, OFFER_ATTACHMENT, place.path)
    await _refuse_second(session, person)
    last = min(asked.until_on, who.today + dt.timedelta(days=ANSWER_DAYS))
    case = SpaceCase(
        id=new_id(), space_id=space_id, kind=KIND, party=party, organization_id=place.id, person_id=person.id,
        answer_by=asked.answer_by or last, starts_on=asked.starts_on, until_on=asked.until_on,
    )  # fmt: skip
    _check_term(terms, who, asked)
    session.add(new_attachment(case.id, reason=_reason(asked.reason)))
    await open_case(platform, session, who, case)
    await tell(platform, session, who, case)
    return case


def _party(terms: Terms, who: Scope, slug: str) -> uuid.UUID:
    others = {name: tenant for tenant, name in terms.tenants.items() if tenant != who.tenant.id}
    if slug in others:
        return others[slug]
    if slug or len(others) != 1:
        raise _wrong(
            "to", "请选择接收方单位，它要是这份协议的另一方。", "Choose the host: another side of this agreement."
        )
    return next(iter(others.values()))


def _check_agreed(terms: Terms, who: Scope, party: uuid.UUID) -> None:
    """Both sides give their part of the case, and the host the attendance."""
    named = [terms.share(KIND, who.tenant.slug), terms.share(KIND, terms.tenants[party])]
    has_fields = all(share and {one.key for one in share.fields} >= NEEDED for share in named)
    if not has_fields or terms.share(MARK_KIND, terms.tenants[party]) is None:
        raise _wrong(
            "space",
            "协议没有约定流动党员挂靠。请先修改协议。",
            "The agreement names no second attachments. Change it first.",
        )


async def _member(session: AsyncSession, space_id: uuid.UUID, person_id: uuid.UUID) -> tuple[Person, Organization]:
    query = (
        select(Person, Organization, Membership.status)
        .join(Membership, (Membership.tenant_id == Person.tenant_id) & (Membership.person_id == Person.id))
        .join(
            Organization,
            (Organization.tenant_id == Membership.tenant_id) & (Organization.id == Membership.organization_id),
        )
        .where(Person.id == person_id, Membership.until.is_(None))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None or found[2] not in CURRENT:
        raise _wrong("person", "这个人现在不是本单位的党员。", "That person is no current member of ours.")
    person, place, _ = found
    if not any(place.path.startswith(path) for path in await own_paths(session, space_id)):
        raise _wrong(
            "person",
            f"“{person.name}”所在的{place.name}不是这份协议的一方。",
            f"{place.name}, where {person.name} belongs, is no party of this agreement.",
        )
    return person, place


async def _refuse_second(session: AsyncSession, person: Person) -> None:
    query = select(SpaceCase.id).where(SpaceCase.person_id == person.id, SpaceCase.kind == KIND, SpaceCase.is_open)
    if await session.scalar(query.limit(1)) is not None:
        said = Words(
            f"“{person.name}”已有一件挂靠正在办理。请先办结。",
            f"A second attachment of {person.name} is open already. Bring it to its end first.",
        )
        raise Conflict("attached_already", said)


def _check_term(terms: Terms, who: Scope, asked: Offer) -> None:
    if asked.starts_on < terms.starts_on or asked.until_on > terms.ends_on:
        raise _wrong(
            "until_on",
            f"挂靠时间要在协议期限{terms.starts_on}至{terms.ends_on}之内。",
            f"It must lie within the agreement's term, {terms.starts_on} to {terms.ends_on}.",
        )
    share = terms.share(KIND, who.tenant.slug)
    personal = {one.key for one in ATTACHMENT.fields if one.is_personal}
    days = min((one.days for one in share.fields if one.key in personal and one.days) if share else (), default=None)
    if days is not None and asked.until_on > (last := who.today + dt.timedelta(days=days)):
        raise _wrong(
            "until_on",
            f"协议只允许接收方使用个人信息 {days} 天（到{last}），不够挂靠到{asked.until_on}。",
            f"The agreement lets the host use personal data for {days} days, until {last}: not until {asked.until_on}.",
        )


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not 0 < len(said) <= LONGEST_REASON:
        raise _wrong("reason", "请写明外出事由，不超过200个字。", "Give the reason in at most 200 characters.")
    return said


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"attachment_{field}", Words(zh, en), field=field)
