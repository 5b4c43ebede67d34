"""A browser without a screen: signs somebody in and asks the real application, in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar

from zhibu_core.app import create_app
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.identity.permissions import ROLES
from zhibu_core.identity.sessions import cookie_name, open_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant

ISSUER = "https://issuer.test"
ORIGIN = "https://zhibu.test"


@dataclass(frozen=True)
class Browser:
    """Somebody at a browser (nobody, without `secret`); paths are those below the tenant, such as "/example/notes"."""

    app: Litestar
    tenant: Tenant
    secret: str | None = None

    async def get(self, path: str) -> httpx.Response:
        """Opens a page; redirects are not followed."""
        return await self.send("GET", path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Sends a form."""
        return await self.send("POST", path, fields)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Sends a GraphQL operation; the whole answer, errors included."""
        sent = {"query": query, "variables": variables}
        answer = await self.send("POST", "/graphql", json=sent, accept="application/graphql-response+json")
        found: dict[str, Any] = answer.json()
        return found

    async def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        json: Any = None,
        accept: str = "text/html",
        more: Mapping[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """Sends a request as a browser does: cookie, origin, and the wish for a page; `more` headers, `body` as httpx takes it."""
        headers = {"Accept": accept, "Origin": ORIGIN, "X-Zhibu-Client": "test", **(more or {})}
        if self.secret:
            headers["Cookie"] = f"{cookie_name(self.tenant.slug)}={self.secret}"
        transport: Any = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return await client.request(
                method, f"/t/{self.tenant.slug}{path}", headers=headers, data=fields, json=json, **body
            )


async def sign_in(
    app: Litestar, platform: Platform, tenant: Tenant, person: UUID, roles: Mapping[str, UUID | None]
) -> Browser:
    """A browser in which this person is signed in, holding each role at its node (None: the whole tenant)."""
    async with platform.database.session(tenant.id) as session:
        session.add(Account(id=new_id(), issuer=ISSUER, subject=str(person), person_id=person))
        session.add_all(
            RoleGrant(id=new_id(), person_id=person, role=role, node_id=node, since=tenant.current_day())
            for role, node in roles.items()
        )
        await session.flush()
        opened = await open_session(session, ISSUER, str(person))
    return Browser(app, tenant, opened.secret)


EVERY_ROLE: Mapping[str, UUID | None] = dict.fromkeys(ROLES)
"""All roles in the whole tenant."""


def app_of(platform: Platform) -> Litestar:
    """The platform's application, made once: making one takes longer than most tests."""
    made: Litestar = platform.__dict__.setdefault("_app", None) or create_app(platform, jobs=False)
    platform.__dict__["_app"] = made
    return made
