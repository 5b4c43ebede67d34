"""Our own service as a process of the bench: the real application, that also believes the bench's header."""

import os
import sys
import uuid
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from bench.graphql.identity import HEADER
from bench.graphql.shape import ISSUER
from zhibu_core.app import create_app
from zhibu_core.cli.loop import run, uncollected
from zhibu_core.http import gate
from zhibu_core.http.listening import listen
from zhibu_core.http.server import serve_until_stopped
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.models import Account
from zhibu_core.identity.signatures import Keys
from zhibu_core.logs import set_up_logs
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import Database
from zhibu_devissuer.keys import DemoSigner
from zhibu_graphql import shortcut

SUBJECT = "organizer"
NAMED = HEADER.encode()


class Given(msgspec.Struct):
    """What the bench tells the process; the answer on standard output is a line of JSON: tokens by slug."""

    dsn: str
    data: str
    slugs: list[str]


class _KnownIssuer(Issuer):
    """An issuer whose keys are given: nothing is fetched while requests are measured."""

    known: Keys

    async def keys(self, kid: str | None) -> Keys:
        del kid
        return self.known


async def main(given: Given, port: int) -> None:
    """Serves until told to stop; the clients' points are not counted."""
    set_up_logs()
    settings = Settings(data=Path(given.data), graphql_points=None)
    host = PluginHost.discover()
    host.check_parts()
    platform = Platform(settings, host, Database(given.dsn, pool_size=8))
    signer = DemoSigner(ISSUER)
    issuer = _KnownIssuer(ISSUER, "zhibu-web")
    issuer.known = Keys(signer.public_keys())
    platform.issuers[ISSUER] = issuer
    believe_header()
    tokens = {slug: signer.access_token(SUBJECT, slug, "bench") for slug in given.slugs}
    with listen("127.0.0.1", port) as listening:
        with uncollected():  # as `zhibu serve` does
            app = create_app(platform, jobs=False)
        print(msgspec.json.encode(tokens).decode(), flush=True)
        await serve_until_stopped(app, listening)


def believe_header() -> None:
    """Lets both ways in find the scope of the header's tenant, made once by the product's own rules and kept."""
    kept: dict[tuple[uuid.UUID, bytes], Scope] = {}

    async def scope(platform: Platform, tenant: Tenant, headers: Any) -> Scope | None:
        named = next((value for key, value in headers if key == NAMED), b"")
        found = kept.get((tenant.id, named))
        if found is None and named.decode() == str(tenant.id):
            found = kept[tenant.id, named] = await _organizer(platform, tenant)
        return found

    at_the_gate, at_once = gate.scope_of, shortcut.asker_of

    async def scope_of(platform: Platform, tenant: Tenant, connection: Any) -> Scope:
        found = await scope(platform, tenant, connection.scope["headers"])
        return found or await at_the_gate(platform, tenant, connection)

    async def asker(platform: Platform, tenant: Tenant, http: Any) -> Scope:
        return await scope(platform, tenant, http["headers"]) or await at_once(platform, tenant, http)

    gate.scope_of, shortcut.asker_of = scope_of, asker


async def _organizer(platform: Platform, tenant: Tenant) -> Scope:
    async with platform.database.session(tenant.id) as session:
        person = await session.scalar(select(Account.person_id).where(Account.subject == SUBJECT))
        return await platform.scopes.scope(session, tenant, person, client="bench")


if __name__ == "__main__":
    run(main(msgspec.json.decode(os.environ["BENCH"], type=Given), int(sys.argv[1])))
