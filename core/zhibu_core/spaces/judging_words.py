"""Whether a version that another side sent may be kept here: its names, its number, its organizations of ours."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.spaces.declared import Shareable, is_as_declared
from zhibu_core.spaces.ending import OPEN
from zhibu_core.spaces.messages import VersionMessage
from zhibu_core.spaces.models import Space, SpaceVersion
from zhibu_core.spaces.outcomes import Refused, Sender
from zhibu_core.spaces.terms import Party, Terms, check_terms, digest_of, terms_of
from zhibu_core.spaces.versions import own_places
from zhibu_core.tenancy.directory import GlobalTenant
from zhibu_core.tenancy.scope import Scope

MOST_AHEAD = 100
"""How many numbers a version may be ahead of the newest one here: those between were refused, or are on their way."""


async def check_version(
    session: AsyncSession,
    who: Scope,
    sender: Sender,
    space_id: uuid.UUID,
    space: Space | None,
    said: VersionMessage,
    kinds: Mapping[str, Shareable],
) -> None:
    """Raises `Refused` with the reason why it may not; `space` is what is known here of its agreement, `kinds` are all that the
    installation knows.
    """
    terms = said.terms
    if digest_of(terms) != said.digest:
        raise Refused("damaged")
    if sender.tenant not in terms.tenants or who.tenant.id not in terms.tenants:
        raise Refused("not_a_party")
    try:
        check_terms(terms)
    except InvalidInput:
        raise Refused("words_refused") from None
    newest = await _newest(session, space)
    before = terms_of(newest.terms) if newest else None
    if before is not None and before.tenants.keys() != terms.tenants.keys():
        raise Refused("not_a_party")
    await _check_number(session, sender, space_id, said, newest.number if newest else 0)
    _check_shares(terms, before, kinds)
    await _check_names(session, terms, before)
    await _check_places(session, [one for one in terms.parties if one.tenant == who.tenant.id])


async def _newest(session: AsyncSession, space: Space | None) -> SpaceVersion | None:
    if space is None:
        return None
    if space.state not in OPEN:
        raise Refused("space_over")
    return (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == space.newest_id))).one()


def _check_shares(terms: Terms, before: Terms | None, kinds: Mapping[str, Shareable]) -> None:
    known = {one.kind: one for one in (before.shares if before else ())}
    if not all(is_as_declared(one, kinds, known.get(one.kind)) for one in terms.shares):
        raise Refused("not_declared")


async def _check_places(session: AsyncSession, own: Sequence[Party]) -> None:
    """Our own organizations in it are there, and stand."""
    for place in (await own_places(session, own)).values():
        if place is None:
            raise Refused("party_unknown")
        if place.abolished_on is not None:
            raise Refused("party_abolished")


async def _check_number(
    session: AsyncSession, sender: Sender, space_id: uuid.UUID, said: VersionMessage, newest: int
) -> None:
    """The version follows the one that it says it changed, and its maker has made no other of its number."""
    if not 1 <= said.number <= newest + MOST_AHEAD or (said.number == 1) != (said.based_on is None):
        raise Refused("damaged")
    same = (SpaceVersion.number == said.number) & (SpaceVersion.made_by_party == sender.tenant)
    query = select(SpaceVersion).where(SpaceVersion.space_id == space_id, or_(SpaceVersion.id == said.based_on, same))
    for one in await session.scalars(query):
        if one.id != said.based_on or one.number != said.number - 1:
            raise Refused("damaged")
    if said.based_on == said.version_id:
        raise Refused("damaged")


async def _check_names(session: AsyncSession, terms: Terms, before: Terms | None) -> None:
    """Each tenant is called what the directory calls it, or what both sides have called it already: who signs reads the name."""
    query = select(GlobalTenant.id, GlobalTenant.slug, GlobalTenant.name).where(GlobalTenant.id.in_(terms.tenants))
    known = {tuple(row) for row in await session.execute(query)}
    known |= {(one.tenant, one.slug, one.tenant_name) for one in (before.parties if before else ())}
    if any((one.tenant, one.slug, one.tenant_name) not in known for one in terms.parties):
        raise Refused("party_misnamed")
