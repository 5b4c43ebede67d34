"""Makes the scope of a request: tenant, person, grants in force today, plugins switched on."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.permissions import (
    CORE_ACTIONS,
    GUARDED,
    SECOND_FACTOR_ROLES,
    STAFF_ROLE,
    STAFF_TITLE,
    Policy,
)
from zhibu_core.identity.sources import Program
from zhibu_core.identity.staff import BASE, Admitted
from zhibu_core.plugins.host import PluginHost
from zhibu_core.tenancy.scope import INTEGRATOR, Actor, Grant, Scope, Tenant
from zhibu_core.words import Words

PLUGINS = text("select plugin from plugin_enablement where tenant_id = :t and is_on")
PERSON = text(
    """select p.name, m.organization_id from person p
    left join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id and m.until is null
    where p.tenant_id = :t and p.id = :person"""
)
GRANTS = text(
    """select g.role, g.node_id, coalesce(o.path, '') as path, g.until, coalesce(nullif(o.short_name, ''), o.name, '') as place,
      r.name_zh, r.name_en, r.actions
    from role_grant g left join organization o on o.tenant_id = g.tenant_id and o.id = g.node_id
    left join tenant_role r on r.tenant_id = g.tenant_id and r.key = g.role and r.ended_at is null
    where g.tenant_id = :t and g.person_id = :person and g.since <= :today and (g.until is null or g.until >= :today)
    union all
    select 'member', m.organization_id, o.path, null, coalesce(nullif(o.short_name, ''), o.name), null, null, null
    from membership m join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where m.tenant_id = :t and m.person_id = :person and m.until is null and m.status in ('normal', 'restored')"""
)
"""Whoever belongs to a branch holds the role "member" there without a grant."""


@dataclass(frozen=True)
class Scopes:
    """Builds scopes; policies are cached by the set of enabled plugins."""

    host: PluginHost

    def policy(self, plugins: frozenset[str]) -> Policy:
        """Core's actions and those of the enabled plugins and of the platform's own parts."""
        declared = [action for _, action in self.host.collect("permissions", plugins)]
        return Policy([*CORE_ACTIONS, *declared])

    async def plugins_of(self, session: AsyncSession, tenant: Tenant) -> frozenset[str]:
        """The plugins that the tenant has on and that are available."""
        rows = await session.scalars(PLUGINS, {"t": tenant.id})
        return frozenset(rows) & self.host.switchable

    async def scope(
        self,
        session: AsyncSession,
        tenant: Tenant,
        person_id: uuid.UUID | None,
        *,
        client: str = "web",
        request_id: str = "",
        strong: bool = True,
    ) -> Scope:
        """The scope of a person in a tenant (two or three statements); nobody's scope where `person_id` is None.

        Where the sign-in was not `strong`, roles that need a second factor are withheld.
        """
        plugins = await self.plugins_of(session, tenant)
        if person_id is None:
            return Scope(tenant, plugins, request_id=request_id)
        person = (await session.execute(PERSON, {"t": tenant.id, "person": person_id})).one_or_none()
        if person is None:
            return Scope(tenant, plugins, request_id=request_id)
        rows = await session.execute(GRANTS, {"t": tenant.id, "person": person_id, "today": tenant.current_day()})
        held, withheld = self.grants_of(plugins, rows.all(), strong=strong)
        actor = Actor(person_id, person.name, client, person.organization_id)
        return Scope(tenant, plugins, actor, held, request_id, withheld, strong)

    def grants_of(
        self, plugins: frozenset[str], rows: Iterable[Any], *, strong: bool
    ) -> tuple[tuple[Grant, ...], frozenset[str]]:
        """Grants made of rows of `GRANTS`, and the actions that are withheld from a sign-in that was not strong."""
        policy = self.policy(plugins)
        grants = [_grant(row, policy) for row in rows]
        held = tuple(grant for grant in grants if strong or not _is_guarded(grant))
        return held, frozenset().union(*(grant.actions for grant in grants if grant not in held))

    async def scope_of_program(
        self, session: AsyncSession, tenant: Tenant, program: Program, *, request_id: str = ""
    ) -> Scope:
        """The scope of a program: the actions it was given that there are, in the whole tenant; no person stands behind it."""
        plugins = await self.plugins_of(session, tenant)
        actions = program.scopes & frozenset(self.policy(plugins).actions)
        actor = Actor(program.id, program.name, program.client_id)
        return Scope(tenant, plugins, actor, (Grant(INTEGRATOR, None, "", actions),), request_id)

    async def scope_of_staff(
        self, session: AsyncSession, tenant: Tenant, admitted: Admitted, *, request_id: str = ""
    ) -> Scope:
        """The scope of platform staff whom an entry admits: reading, and of persons only what the entry names."""
        plugins = await self.plugins_of(session, tenant)
        actions = (BASE | admitted.covers) & frozenset(self.policy(plugins).actions)
        actor = Actor(admitted.staff, admitted.name, admitted.client)
        return Scope(tenant, plugins, actor, (Grant(STAFF_ROLE, None, "", actions, title=STAFF_TITLE),), request_id)


def _grant(row: Any, policy: Policy) -> Grant:
    """A role of the tenant's own holds what it names, as long as that is there."""
    own = row.actions is not None
    actions = frozenset(row.actions) & frozenset(policy.actions) if own else policy.of_role(row.role)
    title = Words(row.name_zh, row.name_en) if own else None
    return Grant(row.role, row.node_id, row.path, actions, row.until, row.place, title)


def _is_guarded(grant: Grant) -> bool:
    return grant.role in SECOND_FACTOR_ROLES or not grant.actions.isdisjoint(GUARDED)
