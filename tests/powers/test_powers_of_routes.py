"""The walk over addresses: each names its action or is public for a written reason, and is refused without it, unwritten."""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import update

from zhibu_core.identity.access import TenantRole
from zhibu_core.platform import Platform
from zhibu_core.plugins.fitness import methods_of
from zhibu_core.tenancy.ids import new_id
from zhibu_tenants.operator.actions import ACTIONS as OF_STAFF
from zhibu_testing.browsing import ORIGIN, Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import person
from zhibu_testing.fixtures import TODAY, Parties

TENANT, OPERATOR = "/t/{slug}", "/operator"
WRITING = re.compile(
    r"^\s*(insert(?! into audit_entry)|update|delete|select app\.(?!bind|staff_of_session))", re.IGNORECASE
)
"""What changes anything: that somebody was refused is noted in the audit, and nothing else."""

PUBLIC: Mapping[str, str] = {
    "/": "which organizations there are: the way to their sign-in",
    "/health/live": "probes have no identity; says nothing",
    "/health/ready": "probes have no identity; says that all is well or not",
    "/metrics": "loopback or its own token",
    "/preferences": "letters, light and language in a cookie",
    "/openapi.json": "what may be called, the same for everybody; the calls ask",
    "/static/{path}": "style sheets and scripts, the same for everybody",
    "/sign-in": "whoever signs in is nobody yet",
    "/sign-in/go": "the way to the issuer",
    "/sign-in/callback": "the way back from it",
    "/sign-in/enrol": "a first sign-in, with the code that was given by hand",
    "/sign-in/source": "where the command line signs in: an address",
    "/sign-in/back-channel": "the issuer's own signed word",
    "/sign-out": "ends one's own session",
    "/files/{file_id}/{token}": "a link signed for minutes and for one reader: the token is the right",
    "/plugin-files/{plugin}/{path}": "a plugin's style sheets and pictures",
}
"""Addresses that need nobody signed in, below a tenant, the console or neither, each with its reason."""


def routes(app: Litestar) -> Iterator[tuple[str, str, str | None]]:
    """Method, path and action of every address."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            for method in sorted(methods_of(handler) - {"OPTIONS", "HEAD", "WEBSOCKET"}) if handler else ():
                yield method, named(route.path), handler.opt.get("action")


def named(path: str) -> str:
    """The path with its parameters by name alone, and a number in place of those that are one."""
    return re.sub(r":\w+\}", "}", re.sub(r"\{\w+:int\}", "7", path))


def below(path: str) -> str:
    """The path without the tenant's or the console's part."""
    for prefix in (TENANT, OPERATOR):
        if path == prefix or path.startswith(f"{prefix}/"):
            return path.removeprefix(prefix) or "/"
    return path


def filled(path: str) -> str:
    """The path with something in place of its parameters."""
    return re.sub(r"\{[^}]*\}", lambda found: str(uuid.UUID(int=7)), below(path))


async def all_but_one(platform: Platform, parties: Parties) -> tuple[Browser, uuid.UUID]:
    """Somebody at home nowhere, with one role of the tenant's own in the whole tenant; its actions are set as one goes."""
    async with platform.database.session(parties.home.id) as session:
        someone = await person(session, "缺一人", number="W001")
        role = TenantRole(
            id=new_id(), key="all-but-one", name_zh="缺一", name_en="all but one", actions=[], made_at=_noon()
        )
        session.add(role)
    browser = await sign_in(app_of(platform), platform, parties.home, someone.id, {"all-but-one": None})
    return browser, role.id


def _noon() -> Any:
    import datetime as dt

    return dt.datetime.combine(TODAY, dt.time(12), dt.UTC)


def test_every_address_names_its_action_or_is_public_for_a_reason(platform: Platform) -> None:
    known = set(platform.scopes.policy(platform.host.switchable).actions) | set(OF_STAFF)
    found = list(routes(app_of(platform)))
    assert len(found) > 100
    public = {below(path) for _, path, action in found if action == "public"}
    assert {(path, action) for _, path, action in found if action not in known | {"public"}} == set()
    assert public == set(PUBLIC), "public addresses and their reasons"


async def test_every_address_of_a_tenant_is_refused_without_its_action(platform: Platform, parties: Parties) -> None:
    browser, role = await all_but_one(platform, parties)
    async with platform.database.session(parties.home.id) as session:
        plugins = await platform.scopes.plugins_of(session, parties.home)
    every = frozenset(platform.scopes.policy(plugins).actions)
    asked: dict[str, list[tuple[str, str]]] = {}
    for method, path, action in routes(app_of(platform)):
        if path.startswith(TENANT) and action in every:
            asked.setdefault(action, []).append((method, filled(path)))
    let_in = []
    for action, addresses in asked.items():
        async with platform.database.session(parties.home.id) as session:
            await session.execute(
                update(TenantRole).where(TenantRole.id == role).values(actions=sorted(every - {action}))
            )
        with counted(platform) as statements:
            for method, path in addresses:
                answer = await browser.send(method, path)
                if answer.status_code != 403:
                    let_in.append((action, method, path, answer.status_code))
        assert [text for text in statements if WRITING.match(text)] == []
    assert let_in == []


async def test_nobody_is_asked_to_sign_in(platform: Platform, parties: Parties) -> None:
    nobody = Browser(app_of(platform), parties.home)
    for method, path, action in routes(app_of(platform)):
        if path.startswith(TENANT) and action != "public":
            answer = await nobody.send(method, filled(path))
            assert answer.status_code in (303, 401, 404), (method, path, answer.status_code)
            assert answer.status_code != 303 or "/sign-in" in answer.headers["location"]


@pytest.mark.parametrize("cookie", ["", "__Host-zhibu_staff=stolen"])
async def test_the_console_is_for_staff_alone(platform: Platform, cookie: str) -> None:
    transport: Any = httpx.ASGITransport(app=app_of(platform))  # type: ignore[arg-type]
    headers = {"Accept": "text/html", "Origin": ORIGIN, "Cookie": cookie}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        with counted(platform) as statements:
            for method, path, action in routes(app_of(platform)):
                if path.startswith(OPERATOR) and action != "public":
                    answer = await client.request(method, OPERATOR + filled(path))
                    assert answer.status_code in (303, 401), (method, path, answer.status_code)
                    assert answer.status_code != 303 or answer.headers["location"].startswith("/operator/sign-in")
    assert [text for text in statements if WRITING.match(text)] == []
