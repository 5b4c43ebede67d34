"""The scope of a request by one statement in one round trip, for sign-ins that were looked at the long way before.

What the database says is the same as for `Scopes`, asked anew each time; what is made of it is kept by the text of its
answer, bounded: while nothing changes, the same objects serve every request.
"""

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

import msgspec

from zhibu_core.identity.scopes import GRANTS, PLUGINS, Scopes
from zhibu_core.identity.sources import Program
from zhibu_core.tenancy.reading import Statement
from zhibu_core.tenancy.scope import INTEGRATOR, Actor, Grant, Scope, Tenant
from zhibu_core.tenancy.session import Database

KEPT = 2_000
_OF_ACCOUNT = "select a.person_id from account a where a.tenant_id = $1 and a.issuer = $2 and a.subject = $3"
_ON = PLUGINS.text.replace(":t", "$1")
_HELD = GRANTS.text.replace(":person", f"({_OF_ACCOUNT})").replace(":today", "$4").replace(":t", "$1")

_PLUGINS = Statement(
    "zhibu_plugins",
    f"select coalesce(json_agg(x.plugin), '[]')::text from ({_ON} order by plugin) x",  # noqa: S608 of constants
    ("uuid",),
)
_SCOPE = Statement(
    "zhibu_scope",
    f"""select json_build_object(
      'plugins', (select coalesce(json_agg(x.plugin), '[]') from ({_ON} order by plugin) x),
      'account', (select json_build_object('person', p.id, 'name', p.name, 'branch', m.organization_id)
        from account a join person p on p.tenant_id = a.tenant_id and p.id = a.person_id
        left join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id and m.until is null
        where a.tenant_id = $1 and a.issuer = $2 and a.subject = $3 and p.sign_in_off_since is null),
      'grants', (select coalesce(json_agg(g), '[]') from ({_HELD}) g))::text""",  # noqa: S608 of constants
    ("uuid", "text", "text", "date"),
)


@dataclass(frozen=True)
class Shown:
    """Whose token was shown, and by which client."""

    issuer: str
    subject: str
    client: str


class _Grant(msgspec.Struct):
    role: str
    node_id: uuid.UUID | None
    path: str
    until: dt.date | None
    place: str
    name_zh: str | None
    name_en: str | None
    actions: list[str] | None


class _Account(msgspec.Struct):
    person: uuid.UUID
    name: str
    branch: uuid.UUID | None


class _Answer(msgspec.Struct):
    plugins: list[str]
    account: _Account | None
    grants: list[_Grant]


@dataclass(frozen=True, slots=True)
class _Made:
    plugins: frozenset[str]
    actor: Actor
    grants: tuple[Grant, ...]
    withheld: frozenset[str] = frozenset()


@dataclass(eq=False)
class QuickScopes:
    """Makes scopes by one statement each."""

    scopes: Scopes
    database: Database
    _kept: OrderedDict[Hashable, _Made] = field(default_factory=OrderedDict)

    async def scope(self, tenant: Tenant, shown: Shown, request_id: str, *, strong: bool) -> Scope | None:
        """The scope of an account; None where there is none, or sign-in is off."""
        arguments = (str(tenant.id), shown.issuer, shown.subject, tenant.current_day().isoformat())
        answer = await self.database.readers.read(tenant.id, _SCOPE, arguments)
        key = (answer, shown.client, strong)
        made = self._kept.get(key) or self._make(key, answer, shown.client, strong=strong)
        if made is None:
            return None
        return Scope(tenant, made.plugins, made.actor, made.grants, request_id, made.withheld, strong)

    async def scope_of_program(self, tenant: Tenant, program: Program, request_id: str) -> Scope:
        """The scope of a program."""
        answer = await self.database.readers.read(tenant.id, _PLUGINS, (str(tenant.id),))
        key = (answer, program.id, program.name, program.client_id, program.scopes)
        made = self._kept.get(key)
        if made is None:
            plugins = frozenset(msgspec.json.decode(answer, type=list[str])) & self.scopes.host.switchable
            actions = program.scopes & frozenset(self.scopes.policy(plugins).actions)
            actor = Actor(program.id, program.name, program.client_id)
            made = self._keep(key, _Made(plugins, actor, (Grant(INTEGRATOR, None, "", actions),)))
        return Scope(tenant, made.plugins, made.actor, made.grants, request_id)

    def _make(self, key: Hashable, answer: str, client: str, *, strong: bool) -> _Made | None:
        read = msgspec.json.decode(answer, type=_Answer)
        if read.account is None:
            return None
        plugins = frozenset(read.plugins) & self.scopes.host.switchable
        grants, withheld = self.scopes.grants_of(plugins, read.grants, strong=strong)
        actor = Actor(read.account.person, read.account.name, client, read.account.branch)
        return self._keep(key, _Made(plugins, actor, grants, withheld))

    def _keep(self, key: Hashable, made: _Made) -> _Made:
        self._kept[key] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made
