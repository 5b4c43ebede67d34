"""Three administrators kept apart (三员分立): where a tenant wants it, nobody holds the powers of two of them."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.identity.permissions import POWER_TITLES, powers_of, powers_of_role
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_tenants.powers.settings import SEPARATED, set_setting, setting

_HELD = text(
    """select g.person_id, p.name, g.role, r.actions from role_grant g
    join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
    left join tenant_role r on r.tenant_id = g.tenant_id and r.key = g.role and r.ended_at is null
    where g.tenant_id = :t and (g.until is null or g.until >= :today) and (cast(:person as uuid) is null or g.person_id = :person)
    order by p.sort_name, g.id"""
)


async def is_separated(session: AsyncSession) -> bool:
    """Whether the tenant keeps its administrators apart."""
    return bool(await setting(session, SEPARATED))


async def separate(session: AsyncSession, scope: Scope, *, on: bool) -> None:
    """Keeps administrators apart from now on, or no longer; raises `InvalidInput` naming who holds the powers of two."""
    await set_setting(session, SEPARATED, on)
    held = await _held(session, scope.today)
    names = [name for name, powers in held.values() if len(powers) > 1]
    if on and names:
        raise InvalidInput(
            "powers_together",
            Words(
                f"不能开启三员分立：{'、'.join(names)}同时拥有两种管理权限。请先把权限分给不同的人。",
                f"Administrators cannot be kept apart yet: {', '.join(names)} hold the powers of two. Divide them first.",
            ),
            field="separated",
        )
    await note(session, scope, "tenant.separate", "tenant", scope.tenant.id, fields=["on" if on else "off"])


async def refuse_two(session: AsyncSession, today: dt.date, person: uuid.UUID, adding: Iterable[str]) -> None:
    """Raises `InvalidInput` where these powers and those that the person holds are two administrators'."""
    adding = frozenset(adding)
    if not adding or not await is_separated(session):
        return
    held = (await _held(session, today, person)).get(person, ("", frozenset()))[1]
    refuse_together(held | adding, "role")


def refuse_together(powers: frozenset[str], field: str) -> None:
    """Raises `InvalidInput` for the powers of more than one administrator."""
    if len(powers) > 1:
        titles = [POWER_TITLES[power] for power in POWER_TITLES if power in powers]
        raise InvalidInput(
            "powers_apart",
            Words(
                f"本单位实行三员分立：{'、'.join(t.zh for t in titles)}不能集于一人。请授权给另一个人。",
                f"This organization keeps administrators apart: {', '.join(t.en for t in titles)} cannot be one person's.",
            ),
            field=field,
        )


async def _held(
    session: AsyncSession, today: dt.date, person: uuid.UUID | None = None
) -> dict[uuid.UUID, tuple[str, frozenset[str]]]:
    """Name and powers by person, of grants that hold today or will."""
    found: dict[uuid.UUID, tuple[str, frozenset[str]]] = {}
    for row in await session.execute(_HELD, {"t": tenant_of(session), "today": today, "person": person}):
        powers = powers_of_role(row.role) if row.actions is None else powers_of(row.actions)
        found[row.person_id] = (row.name, found.get(row.person_id, ("", frozenset()))[1] | powers)
    return found
