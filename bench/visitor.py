"""Somebody who is signed in to a small tenant and asks the application in this process."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from zhibu_core.app import create_app
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.identity.sessions import cookie_name, open_session
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_demo.worlds import TODAY
from zhibu_testing.factories import member, organization

ISSUER, SUBJECT = "https://id.example.edu.cn", "somebody"
BRANCHES, MEMBERS = 10, 25
"""Of twenty people PostgreSQL reads whole tables, each a page, where the tenant is alone: no installation is so small."""
ADDRESS = "https://testserver"
MEMBER_LIST = "{ members(first: 20) { totalCount edges { node { id name organization { id name } } } } }"


@dataclass(frozen=True)
class Visitor:
    """Asks with the secret of a session."""

    http: httpx.AsyncClient
    secret: str

    async def list_members(self, slug: str) -> dict[str, Any]:
        """The GraphQL list of members in a tenant, as our own pages ask for it."""
        headers = {"Cookie": f"{cookie_name(slug)}={self.secret}", "Origin": ADDRESS, "X-Zhibu-Client": "bench"}
        answer = await self.http.post(f"/t/{slug}/graphql", json={"query": MEMBER_LIST}, headers=headers)
        found: dict[str, Any] = answer.raise_for_status().json()["data"]["members"]
        assert found["totalCount"] == BRANCHES * MEMBERS
        return found


async def furnish(platform: Platform, tenant: Tenant) -> str:
    """Gives an empty tenant its branches and members; the secret of a session of the first, who is organizer."""
    async with platform.database.session(tenant.id) as session:
        root = await organization(session, "001", kind="committee")
        branches = [await organization(session, f"001{n:03}", parent=root) for n in range(1, BRANCHES + 1)]
        people = [await member(session, f"党员{n}", branch) for branch in branches for n in range(MEMBERS)]
        session.add(Account(id=new_id(), issuer=ISSUER, subject=SUBJECT, person_id=people[0].id))
        session.add(_organizer(people[0].id, root))
        await session.flush()
        return (await open_session(session, ISSUER, SUBJECT)).secret


@asynccontextmanager
async def visitor(platform: Platform, secret: str) -> AsyncIterator[Visitor]:
    """Who holds the secret, at an application of this platform."""
    transport = httpx.ASGITransport(app=create_app(platform, jobs=False))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield Visitor(http, secret)


def _organizer(person: uuid.UUID, root: Organization) -> RoleGrant:
    return RoleGrant(id=new_id(), person_id=person, role="organizer", node_id=root.id, since=TODAY)
