"""GraphQL over HTTP as its specification's authors test it: every MUST and every SHOULD of npm graphql-http."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.npm import prepare, run_node

SOURCE = Path(__file__).parents[2] / "services" / "graphql_http"


@pytest.mark.schemas
async def test_every_audit_of_graphql_http_passes(api: Any, origin: str) -> None:
    program = await asyncio.to_thread(prepare, SOURCE, "graphql-http")
    asked = {"URL": f"{origin}/t/{api.home.tenant.slug}/graphql", "TOKEN": api.token("organizer")}
    audits = json.loads(await asyncio.to_thread(run_node, program / "audit.mjs", asked))
    # A MAY is a notice: reading by GET is off (tenancy-security 8.4).
    assert [one for one in audits if one["status"] != "ok" and not one["name"].startswith("MAY ")] == []
    assert all("GET" in one["name"] for one in audits if one["status"] != "ok")
    assert len(audits) >= 61
