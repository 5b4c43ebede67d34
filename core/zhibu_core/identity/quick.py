"""The scope of a request by one statement in one round trip, for sign-ins that were looked at the long way before.

What the database says is the same as for `Scopes`, asked anew each time; what is made of it is kept by the text of its
answer, bounded: while nothing changes, the same objects serve every request.
"""

import datetime as dt
import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import msgspec

from zhibu_core.bounded import Bounded
from zhibu_core.identity.scopes import GRANTS, PLUGINS, Scopes
from zhibu_core.identity.sources import Program
from zhibu_core.tenancy.reading import Expected, Statement, digest_of
from zhibu_core.tenancy.scope import INTEGRATOR, Actor, Grant, Scope, Tenant
from zhibu_core.tenancy.session import Database

KEPT = 2_000
_OF_ACCOUNT = "select a.person_id from account a where a.tenant_id = $1 and a.issuer = $2 and a.subject = $3"
_ON = PLUGINS.text.replace(":t", "$1")
_OF_SESSION = (
    "select w.person_id from web_session w where w.tenant_id = $1 and w.secret_hash = $2 and w.expires_at > now()"
)


def _held(person: str, today: str) -> str:
    return GRANTS.text.replace(":person", f"({person})").replace(":today", today).replace(":t", "$1")


_PLUGINS = Statement(
    "zhibu_plugins",
    f"select coalesce(json_agg(x.plugin), '[]')::text from ({_ON} order by plugin) x",  # noqa: S608 of constants
    ("uuid",),
)
_SCOPE = Statement(
    "zhibu_scope",
    f"""select json_build_object(
      'plugins', (select coalesce(json_agg(x.plugin), '[]') from ({_ON} order by plugin) x),
      'account', (select json_build_object('person', p.id, 'name', p.name, 'branch', m.organization_id,
          'vouched', extract(epoch from a.factor_vouched_at))
        from account a join person p on p.tenant_id = a.tenant_id and p.id = a.person_id
        left join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id and m.until is null
        where a.tenant_id = $1 and a.issuer = $2 and a.subject = $3 and p.sign_in_off_since is null),
      'grants', (select coalesce(json_agg(g), '[]') from ({_held(_OF_ACCOUNT, "$4")}) g))::text""",  # noqa: S608 of constants
    ("uuid", "text", "text", "date"),
)
_SESSION = Statement(
    "zhibu_session",
    f"""select json_build_object(
      'plugins', (select coalesce(json_agg(x.plugin), '[]') from ({_ON} order by plugin) x),
      'account', (select json_build_object('person', p.id, 'name', p.name, 'branch', m.organization_id,
          'is_strong', w.strong_until is null or w.strong_until > now())
        from web_session w join person p on p.tenant_id = w.tenant_id and p.id = w.person_id
        left join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id and m.until is null
        where w.tenant_id = $1 and w.secret_hash = $2 and w.expires_at > now()),
      'grants', (select coalesce(json_agg(g), '[]') from ({_held(_OF_SESSION, "$3")}) g))::text""",  # noqa: S608 of constants
    ("uuid", "bytea", "date"),
)


@dataclass(frozen=True)
class Shown:
    """Whose token was shown, and by which client; `strong` if the sign-in behind it was.

    With `enrolled` (the youngest second factor, in seconds since 1970) only if somebody has vouched for it since.
    """

    issuer: str
    subject: str
    client: str
    strong: bool
    enrolled: float | None = None


@dataclass(frozen=True)
class Browser:
    """A session of our own pages, by the hash of its cookie's secret."""

    secret_hash: bytes


Who = Shown | Browser | Program


@dataclass(frozen=True, slots=True)
class Remembered:
    """A scope (of no request) as it was when somebody asked last, and what the database must still say for it to hold."""

    scope: Scope
    still: Expected
    day: dt.date


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
    vouched: float | None = None
    is_strong: bool = False


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
    strong: bool = True


@dataclass(eq=False)
class QuickScopes:
    """Makes scopes by one statement each, or by none where what was made last is looked at together with a read."""

    scopes: Scopes
    database: Database
    _kept: Bounded[Hashable, _Made] = field(default_factory=lambda: Bounded(KEPT))
    _last: Bounded[tuple[uuid.UUID, Who], Remembered] = field(default_factory=lambda: Bounded(KEPT))

    async def scope(self, tenant: Tenant, who: Who, request_id: str) -> Scope | None:
        """The scope of an account, a session or a program; None where there is no such account or session, or sign-in is
        off.
        """
        day = tenant.current_day()
        statement, arguments = _look(tenant, who, day)
        answer = await self.database.readers.read(tenant.id, statement, arguments)
        key = (answer, who)
        made = self._kept.get(key) or self._make(answer, who)
        if made is None:
            return None
        self._kept.put(key, made)
        still = Expected(statement, arguments, digest_of(answer))
        self._last.put((tenant.id, who), Remembered(_scope(tenant, made), still, day))
        return _scope(tenant, made, request_id)

    def remembered(self, tenant: Tenant, who: Who) -> Remembered | None:
        """The scope as it was last: good for a read that is made only if it still is (`Readers.read`, `expected`)."""
        last = self._last.get((tenant.id, who))
        if last is None or last.day != tenant.current_day():
            return None
        if last.scope.tenant is not tenant:
            last = Remembered(replace(last.scope, tenant=tenant), last.still, last.day)
            self._last.put((tenant.id, who), last)
        return last

    def _make(self, answer: str, who: Who) -> _Made | None:
        if isinstance(who, Program):
            plugins = frozenset(msgspec.json.decode(answer, type=list[str])) & self.scopes.host.switchable
            actions = who.scopes & frozenset(self.scopes.policy(plugins).actions)
            return _Made(plugins, Actor(who.id, who.name, who.client_id), (Grant(INTEGRATOR, None, "", actions),))
        read = msgspec.json.decode(answer, type=_Answer)
        if read.account is None:
            return None
        plugins = frozenset(read.plugins) & self.scopes.host.switchable
        strong, client = _sign_in(read.account, who)
        grants, withheld = self.scopes.grants_of(plugins, read.grants, strong=strong)
        actor = Actor(read.account.person, read.account.name, client, read.account.branch)
        return _Made(plugins, actor, grants, withheld, strong)


def _sign_in(account: _Account, who: Shown | Browser) -> tuple[bool, str]:
    """Whether the sign-in was strong, and through what somebody asks."""
    if isinstance(who, Browser):
        return account.is_strong, "web"
    vouched = who.enrolled is None or (account.vouched is not None and who.enrolled <= account.vouched)
    return who.strong and vouched, who.client


def _look(tenant: Tenant, who: Who, day: dt.date) -> tuple[Statement, tuple[str, ...]]:
    if isinstance(who, Program):
        return _PLUGINS, (str(tenant.id),)
    if isinstance(who, Browser):
        return _SESSION, (str(tenant.id), rf"\x{who.secret_hash.hex()}", day.isoformat())
    return _SCOPE, (str(tenant.id), who.issuer, who.subject, day.isoformat())


def _scope(tenant: Tenant, made: _Made, request_id: str = "") -> Scope:
    return Scope(tenant, made.plugins, made.actor, made.grants, request_id, made.withheld, made.strong)
