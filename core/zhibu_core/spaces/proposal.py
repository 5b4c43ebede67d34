"""What somebody proposes, and the words of the agreement that come of it: own organizations found, kinds and fields declared."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import Shareable, shareables_for, unknown_kind
from zhibu_core.spaces.terms import Contact, Party, Share, SharedField, Terms, check_terms, wrong
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words

GOING = ("erasing", "importing")


@dataclass(frozen=True)
class Other:
    """An organization of another tenant: the tenant's slug, and the organization's code or name there."""

    slug: str
    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class AskedField:
    """A field that shall cross, and why; a personal one on what basis, and for how many days."""

    key: str
    reason: str
    basis: str = ""
    days: int | None = None


@dataclass(frozen=True)
class AskedShare:
    """A kind that shall cross; `by` are the slugs that publish it, none meaning every side."""

    kind: str
    fields: tuple[AskedField, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """An agreement as somebody drafts it; `organizations` are codes or names of the own ones."""

    title: str
    purpose: str
    organizations: tuple[str, ...]
    others: tuple[Other, ...]
    starts_on: dt.date
    ends_on: dt.date
    shares: tuple[AskedShare, ...] = ()
    review_on: dt.date | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Worded:
    """The words, and this tenant's own organizations in them."""

    terms: Terms
    own: Sequence[Organization]


async def worded(
    platform: Platform, session: AsyncSession, who: Scope, proposal: Proposal, before: Terms | None = None
) -> Worded:
    """The proposal's words. Raises `InvalidInput` naming the field: an end before the start or gone by, an abolished or
    unknown organization, a kind or field that nobody declares (unless `before` had it), no basis for a personal field.
    """
    own = await own_organizations(session, proposal.organizations)
    mine = tuple(Party(who.tenant.id, who.tenant.slug, who.tenant.name, one.code, one.name) for one in own)
    others = tuple([_party(other, await _tenant(session, who, other)) for other in proposal.others])
    kinds = shareables_for(platform, who.plugins)
    known = {one.kind: one for one in before.shares} if before else {}
    parties = [_as_before(one, before) for one in (*mine, *others)]
    terms = Terms(
        title=proposal.title.strip(),
        purpose=proposal.purpose.strip(),
        parties=tuple(sorted(parties, key=lambda one: (one.slug, one.code, one.name))),
        shares=tuple(_share(asked, kinds, known) for asked in proposal.shares),
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        review_on=proposal.review_on,
        contacts=proposal.contacts,
    )
    check_terms(terms)
    if terms.ends_on < who.today:
        raise wrong("ends_on", f"结束日期 {terms.ends_on} 已经过去。", f"The end, {terms.ends_on}, has gone by.")
    return Worded(terms, own)


async def own_organizations(session: AsyncSession, named: Sequence[str]) -> Sequence[Organization]:
    """The tenant's organizations of these codes or names; raises `InvalidInput` for one that is not there, is not the
    only one of its name, or is abolished.
    """
    names = list(named)
    query = select(Organization).where(or_(Organization.code.in_(names), Organization.name.in_(names)))
    rows = list(await session.scalars(query))
    found = {one.name: one for one in rows} | {one.code: one for one in rows}
    for name in names:
        if name not in found:
            raise wrong("organizations", f"没有找到组织“{name}”。", f"There is no organization “{name}”.")
        if found[name].code != name and sum(one.name == name for one in rows) > 1:
            raise wrong(
                "organizations",
                f"不止一个组织叫“{name}”，请填写代码。",
                f"More than one organization is called “{name}”: give its code.",
            )
        refuse_abolished(found[name])
    return [found[name] for name in dict.fromkeys(names)]


def refuse_abolished(place: Organization) -> None:
    """Raises `InvalidInput` for an organization that is no more."""
    if place.abolished_on is not None:
        raise InvalidInput(
            "space_party_abolished",
            Words(
                f"“{place.name}”已于 {place.abolished_on} 撤销，不能作为协议方。",
                f"“{place.name}” was abolished on {place.abolished_on} and can be no party.",
            ),
            field="organizations",
        )


async def _tenant(session: AsyncSession, who: Scope, other: Other) -> Tenant:
    if other.slug == who.tenant.slug:
        raise wrong(
            "others", "对方要是另一个单位，不能是本单位。", "The other side must be another tenant, not this one."
        )
    try:
        found = await find_tenant(session, other.slug)
    except NotFound:
        said = f"平台上没有标识为“{other.slug}”的单位。请核对它的网址。"
        raise wrong("others", said, f"No tenant here is called “{other.slug}”. Check its address.") from None
    if found.state in GOING:
        raise wrong("others", f"“{other.slug}”现在不能签协议。", f"“{other.slug}” cannot agree to anything now.")
    if not (other.code or other.name).strip():
        raise wrong("others", "请写明对方组织的代码或名称。", "Give the code or the name of the other organization.")
    return found


def _party(other: Other, tenant: Tenant) -> Party:
    return Party(tenant.id, tenant.slug, tenant.name, other.code.strip(), other.name.strip())


def _as_before(party: Party, before: Terms | None) -> Party:
    """The party as the words named it already: who knows a further name of it changes nothing in them."""
    known = before.parties if before else ()
    alike = (
        one
        for one in known
        if one.tenant == party.tenant
        and ((one.code and one.code == party.code) or (one.name and one.name == party.name))
    )
    return next(alike, party)


def _share(asked: AskedShare, kinds: Mapping[str, Shareable], before: Mapping[str, Share]) -> Share:
    declared, known = kinds.get(asked.kind), before.get(asked.kind)
    if declared is None and known is None:
        raise unknown_kind(asked.kind)
    title = declared.title if declared else cast("Share", known).title
    fields = tuple(_field(title, one, declared, known) for one in asked.fields)
    return Share(asked.kind, title, fields, asked.by)


def _field(kind: Words, asked: AskedField, declared: Shareable | None, known: Share | None) -> SharedField:
    own = declared.by_key.get(asked.key) if declared else None
    kept = known.field(asked.key) if known else None
    if own is None and kept is None:
        raise wrong(
            "shares",
            f"“{kind.zh}”没有字段“{asked.key}”可以共享。",
            f"“{kind.en}” has no field “{asked.key}” that can cross.",
        )
    title, personal = (
        (own.title, own.is_personal) if own else (cast("SharedField", kept).title, cast("SharedField", kept).personal)
    )
    basis, days = (asked.basis.strip(), asked.days) if personal else ("", None)
    files = own.type == "files" if own else cast("SharedField", kept).files
    return SharedField(asked.key, title, asked.reason.strip(), personal, basis, days, files)
