"""Keeps a version of the words on this side, whoever made it, and lets one come into force once all have signed it."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.messages import VersionMessage
from zhibu_core.spaces.models import Space, SpaceCopy, SpaceParty, SpaceSignature, SpaceVersion
from zhibu_core.spaces.removing import remove_copies, remove_files
from zhibu_core.spaces.terms import Party, Terms, as_json, terms_of
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.tenancy.session import instant_of, tenant_of


async def keep_version(
    session: AsyncSession, own: Tenant, space_id: uuid.UUID, message: VersionMessage, *, made_by_party: uuid.UUID
) -> Space:
    """Keeps the version, and the space itself where it is new here; the newest is the one of the highest number, and of two
    that were made at once the one of the higher digest, so that all sides say the same.
    """
    space = await session.scalar(select(Space).where(Space.id == space_id))
    if space is None:
        space = _opened(session, space_id, message)
        session.add(space)
        await session.flush()
    version = SpaceVersion(
        id=message.version_id, space_id=space_id, number=message.number, based_on=message.based_on,
        terms=as_json(message.terms), digest=message.digest, made_by_party=made_by_party, made_by=message.made_by,
        made_at=message.made_at, note=message.note,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    if await _is_newest(session, space, version):
        space.newest_id = version.id
        if space.in_force_id is None:
            await _say_terms(session, own, space, message.terms)
    await session.flush()
    return space


async def come_into_force(session: AsyncSession, own: Tenant, space: Space, version: SpaceVersion) -> bool:
    """Puts the version into force once all its tenants have signed it, unless a later one holds already; whether it did."""
    terms = terms_of(version.terms)
    query = select(func.count()).select_from(SpaceSignature)
    signed = await session.scalar(
        query.where(SpaceSignature.version_id == version.id, SpaceSignature.digest == version.digest)
    )
    if space.state not in ("proposed", "in_force") or signed != len(terms.tenants):
        return False
    if space.in_force_id is not None:
        holding = (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == space.in_force_id))).one()
        if _rank(holding) >= _rank(version):
            return False
    space.state, space.in_force_id, space.in_force_at = "in_force", version.id, instant_of(session)
    await _say_terms(session, own, space, terms)
    await _strip_copies(session, space, terms)
    await publish(session, "space.in_force", "space", space.id)
    return True


async def own_places(session: AsyncSession, parties: Sequence[Party]) -> Mapping[Party, Organization | None]:
    """The tenant's own organizations by party, found by code, else by name; None for one that is not there."""
    names = [one.name for one in parties] + [one.code for one in parties]
    query = select(Organization).where(Organization.code.in_(names) | Organization.name.in_(names))
    found = list(await session.scalars(query))
    return {
        party: next((o for o in found if (o.code == party.code if party.code else o.name == party.name)), None)
        for party in parties
    }


def _opened(session: AsyncSession, space_id: uuid.UUID, message: VersionMessage) -> Space:
    terms = message.terms
    return Space(
        id=space_id, title=terms.title, purpose=terms.purpose, state="proposed", opened_by=message.opened_by,
        newest_id=message.version_id, starts_on=terms.starts_on, ends_on=terms.ends_on, opened_at=instant_of(session),
    )  # fmt: skip


async def _is_newest(session: AsyncSession, space: Space, version: SpaceVersion) -> bool:
    if space.newest_id == version.id:
        return True
    newest = (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == space.newest_id))).one()
    return _rank(version) > _rank(newest)


def _rank(version: SpaceVersion) -> tuple[int, str]:
    return version.number, version.digest


async def _say_terms(session: AsyncSession, own: Tenant, space: Space, terms: Terms) -> None:
    """What stands on the space itself, and its parties, are those of these words."""
    space.title, space.purpose = terms.title, terms.purpose
    space.starts_on, space.ends_on = terms.starts_on, terms.ends_on
    await session.execute(delete(SpaceParty).where(SpaceParty.space_id == space.id))
    places = await own_places(session, [one for one in terms.parties if one.tenant == own.id])
    for party in terms.parties:
        place = places.get(party)
        row = SpaceParty(
            id=new_id(), space_id=space.id, party=party.tenant, slug=party.slug, is_own=party.tenant == own.id
        )
        row.tenant_name, row.organization_id = party.tenant_name, place.id if place else None
        row.code, row.name = (place.code, place.name) if place else (party.code, party.name)
        session.add(row)
    await session.flush()


_FIELDS = text(
    """select distinct kind, owner_tenant, jsonb_object_keys(record) as field from space_copy
    where tenant_id = :t and space_id = :space"""
)
_STRIP = text(
    """update space_copy set record = record - cast(:gone as text[]), basis = basis - cast(:gone as text[])
    where tenant_id = :t and space_id = :space and kind = :kind and owner_tenant = :owner"""
)


async def _strip_copies(session: AsyncSession, space: Space, terms: Terms) -> None:
    """What new words no longer name goes at once from the copies that are here already."""
    given = {"t": tenant_of(session), "space": space.id}
    gone: dict[tuple[str, uuid.UUID], list[str]] = {}
    for row in await session.execute(_FIELDS, given):
        gone.setdefault((row.kind, row.owner_tenant), []).append(row.field)
    for (kind, owner), keys in gone.items():
        share = terms.share(kind, terms.tenants[owner])
        these = (SpaceCopy.space_id == space.id, SpaceCopy.kind == kind, SpaceCopy.owner_tenant == owner)
        if share is None:
            await remove_copies(session, *these)
            continue
        if fields := [key for key in keys if share.field(key) is None]:
            await session.execute(_STRIP, {**given, "kind": kind, "owner": owner, "gone": fields})
        if not any(field.files for field in share.fields):
            await remove_files(session, list(await session.scalars(select(SpaceCopy.id).where(*these))))
