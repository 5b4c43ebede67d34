"""Agreements as they are read on one side: the list, and one whole with its parties, versions and signatures."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.differences import Difference, differences
from zhibu_core.spaces.models import Space, SpaceParty, SpaceSignature, SpaceVersion
from zhibu_core.spaces.powers import no_such_space, seen_by
from zhibu_core.spaces.terms import Terms, terms_of
from zhibu_core.tenancy.scope import Scope

ROWS = 50
OfSpace = TypeVar("OfSpace", SpaceParty, SpaceVersion, SpaceSignature)


@dataclass(frozen=True)
class Agreement:
    """One agreement whole; versions newest first."""

    space: Space
    parties: Sequence[SpaceParty]
    versions: Sequence[SpaceVersion]
    signatures: Sequence[SpaceSignature]

    @property
    def newest(self) -> SpaceVersion:
        """The version that would be signed next."""
        return next(one for one in self.versions if one.id == self.space.newest_id)

    @property
    def in_force(self) -> SpaceVersion | None:
        """The version that holds, or held last."""
        return next((one for one in self.versions if one.id == self.space.in_force_id), None)

    @property
    def own(self) -> uuid.UUID:
        """The tenant whose copy this is, as the agreement knows it."""
        return next(one.party for one in self.parties if one.is_own)

    def terms(self, version: SpaceVersion) -> Terms:
        """The version's words."""
        return terms_of(version.terms)

    def base(self, version: SpaceVersion) -> SpaceVersion | None:
        """The version that this one changed."""
        return next((one for one in self.versions if one.id == version.based_on), None)

    def changes(self, version: SpaceVersion) -> list[Difference]:
        """In what the version reads otherwise than the one it changed; the first in everything."""
        base = self.base(version)
        return differences(None if base is None else self.terms(base), self.terms(version))

    @property
    def pending(self) -> list[Difference]:
        """What signing the newest version would change: against what holds, not against a version between that nobody signed; where
        nothing holds, against the one that it changed.
        """
        before = self.in_force or self.base(self.newest)
        return [] if before is None else differences(self.terms(before), self.terms(self.newest))

    def named(self, party: uuid.UUID, name: str) -> str:
        """A person's name with their tenant's, as each side knows it: who they are for is not for them to say."""
        tenant = next((one.tenant_name for one in self.parties if one.party == party), "")
        return name if name == tenant else f"{tenant} {name}".strip()

    def signed(self, version: SpaceVersion) -> Mapping[uuid.UUID, SpaceSignature]:
        """Who signed the version, by tenant."""
        return {one.party: one for one in self.signatures if one.version_id == version.id}

    @property
    def waits_for_own(self) -> bool:
        """Whether the newest version waits for this side's signature."""
        return self.space.state in ("proposed", "in_force") and self.own not in self.signed(self.newest)


async def spaces_of(
    session: AsyncSession,
    who: Scope,
    *,
    state: str = "",
    organization_id: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    limit: int = ROWS + 1,
) -> list[Space]:
    """The agreements that the asker may see, newest first (one statement); `after` is the last one of the page before."""
    query = select(Space).where(seen_by(who))
    if state:
        query = query.where(Space.state == state)
    if organization_id is not None:
        ours = select(SpaceParty.space_id).where(SpaceParty.organization_id == organization_id)
        query = query.where(Space.id.in_(ours))
    if after is not None:
        query = query.where(Space.id < after)
    return list(await session.scalars(query.order_by(Space.id.desc()).limit(limit)))


async def waiting_for_own(session: AsyncSession, who: Scope, *, limit: int = ROWS) -> list[tuple[Space, list[str]]]:
    """The agreements that the asker may see whose newest version this side has not signed, newest first, each with the names
    of the other tenants (one statement, two where there is any).
    """
    here = (SpaceParty.tenant_id == Space.tenant_id) & (SpaceParty.space_id == Space.id) & SpaceParty.is_own
    signed = select(SpaceSignature.id).where(
        SpaceSignature.tenant_id == Space.tenant_id,
        SpaceSignature.version_id == Space.newest_id,
        SpaceSignature.party.in_(select(SpaceParty.party).where(here).correlate(Space)),
    )
    query = select(Space).where(seen_by(who), Space.state.in_(("proposed", "in_force")), ~signed.exists())
    spaces = list(await session.scalars(query.order_by(Space.id.desc()).limit(limit)))
    if not spaces:
        return []
    parties = await _by_space(session, SpaceParty, [one.id for one in spaces])
    return [
        (one, sorted({party.tenant_name for party in parties.get(one.id, ()) if not party.is_own})) for one in spaces
    ]


async def space_of(session: AsyncSession, who: Scope, space_id: uuid.UUID) -> Space:
    """One agreement (one statement); raises `NotFound`."""
    found: Space | None = await session.scalar(select(Space).where(Space.id == space_id, seen_by(who)))
    if found is None:
        raise no_such_space()
    return found


async def whole_of(session: AsyncSession, who: Scope, space_id: uuid.UUID) -> Agreement:
    """One agreement whole (four statements); raises `NotFound`."""
    return (await wholes_of(session, [await space_of(session, who, space_id)]))[0]


async def wholes_of(session: AsyncSession, spaces: Sequence[Space]) -> list[Agreement]:
    """These agreements whole, in three statements for any number."""
    keys = [space.id for space in spaces]
    parties, versions, signatures = (
        await _by_space(session, SpaceParty, keys),
        await _by_space(session, SpaceVersion, keys),
        await _by_space(session, SpaceSignature, keys),
    )
    return [
        Agreement(
            space,
            sorted(parties.get(space.id, ()), key=lambda one: (not one.is_own, one.slug, one.name)),
            sorted(versions.get(space.id, ()), key=lambda one: (one.number, one.digest), reverse=True),
            signatures.get(space.id, ()),
        )
        for space in spaces
    ]


async def _by_space(
    session: AsyncSession, model: type[OfSpace], keys: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[OfSpace]]:
    found: dict[uuid.UUID, list[OfSpace]] = {}
    for row in await session.scalars(select(model).where(model.space_id.in_(keys)).order_by(model.id)):
        found.setdefault(row.space_id, []).append(row)
    return found


def ends_soon(space: Space, today: dt.date, days: int = 60) -> bool:
    """Whether an agreement in force ends within so many days."""
    return space.state == "in_force" and today <= space.ends_on <= today + dt.timedelta(days=days)
