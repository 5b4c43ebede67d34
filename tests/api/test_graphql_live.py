"""Subscriptions by a real websocket client: what changes is sent to who may see it, and ends with the right to see it."""

import asyncio
import contextlib
import datetime as dt
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from zhibu_core.identity.sessions import close_session, cookie_name, open_session
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.platform import Platform
from zhibu_core.tenancy.changes import tell
from zhibu_core.tenancy.ids import new_id
from zhibu_graphql.ids import global_id
from zhibu_graphql.live import connection, subscription
from zhibu_graphql.live.sharing import Sharing
from zhibu_tenants.enablement import switch
from zhibu_tenants.roles import revoke_role
from zhibu_testing.browsing import app_of
from zhibu_testing.chromium import Quiet
from zhibu_testing.factories import person

PROTOCOL = Subprotocol("graphql-transport-ws")
BRANCH = '{ organization(code: "111") { id members(first: 9) { edges { node { id } } } } }'
DRAFT = """mutation Draft($input: MeetingInput!, $meeting: ID) {
  recordMeeting(input: $input, meeting: $meeting, submit: false) { meeting { id } errors { code field } } }"""
IMPORT = "subscription($id: ID!) { importProgress(id: $id) { state share doing new } }"
WATCH = 'subscription($id: ID!) { organization(id: $id) { facts(first: 1, kind: "talk") { totalCount } } }'


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "GATHER", 0.0)


class Client:
    """Speaks graphql-transport-ws."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, kind: str, **parts: Any) -> None:
        await self.socket.send(json.dumps({"type": kind} | parts))

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 5))
        return heard

    async def silent(self) -> bool:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.socket.recv(), 0.3)
        return True

    async def subscribe(self, query: str, key: str = "1", **variables: Any) -> None:
        await self.say("subscribe", id=key, payload={"query": query, "variables": variables})

    async def closed(self) -> tuple[int, str]:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.wait_for(self.socket.recv(), 5)
        return self.socket.close_code or 0, self.socket.close_reason or ""


@asynccontextmanager
async def opened(
    api: Any, origin: str, role: str = "organizer", at: Any = None, sock: Any = None, **headers: str
) -> AsyncIterator[Client]:
    place = at or api.home
    address = f"{origin.replace('http', 'ws')}/t/{place.tenant.slug}/graphql"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with connect(
        address, subprotocols=[PROTOCOL], additional_headers=named, compression=None, proxy=None, sock=sock
    ) as connected:
        client = Client(connected)
        token = api.token(role, place)
        await client.say("connection_init", payload={} if headers else {"Authorization": f"Bearer {token}"})
        assert await client.hear() == {"type": "connection_ack"}
        yield client


async def talk(platform: Platform, place: Any, code: str, number: int = 1) -> None:
    """Writes facts of talks at an organization."""
    async with platform.database.session(place.tenant.id) as session:
        where = place.organizations[code].id
        drafts = [FactDraft("talk", where, dt.date(2026, 5, 5), "note", new_id()) for _ in range(number)]
        await write_facts(session, drafts, source="core", written_by=None)


@pytest_asyncio.fixture
async def narrow(platform: Platform) -> AsyncIterator[str]:
    """The application behind connections that hold next to nothing that is not read."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    server = Quiet(uvicorn.Config(app_of(platform), log_config=None, lifespan="off", ws="websockets-sansio"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


def narrow_socket(origin: str) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", int(origin.rpartition(":")[2])))
    made.setblocking(False)
    return made


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 what is waited for says nothing
            await asyncio.sleep(0.01)


def id_of(place: Any, code: str) -> str:
    return global_id("O", place.organizations[code].id.bytes)


def count(heard: dict[str, Any]) -> int:
    assert heard["type"] == "next", heard
    found: int = heard["payload"]["data"]["organization"]["facts"]["totalCount"]
    return found


async def test_what_changes_below_is_sent_and_nothing_else(fresh: Any, origin: str, platform: Platform) -> None:
    async with opened(fresh, origin) as client, opened(fresh, origin, at=fresh.neighbour) as neighbour:
        await client.subscribe(WATCH, id=id_of(fresh.home, "11"))
        await neighbour.subscribe(WATCH, id=id_of(fresh.neighbour, "11"))
        assert (count(await client.hear()), count(await neighbour.hear())) == (0, 0)
        await platform.watching.ready.wait()
        await talk(platform, fresh.home, "111")
        assert count(await client.hear()) == 1
        await talk(platform, fresh.home, "121")
        assert await client.silent()
        assert await neighbour.silent()
        await client.say("complete", id="1")
        await talk(platform, fresh.home, "111")
        assert await client.silent()
    await until(lambda: platform.watching.count == 0)


async def test_an_object_of_the_neighbour_is_like_none(fresh: Any, origin: str) -> None:
    async with opened(fresh, origin) as client:
        await client.subscribe(WATCH, id=id_of(fresh.neighbour, "11"))
        assert (await client.hear())["payload"]["data"] == {"organization": None}
        assert await client.hear() == {"type": "complete", "id": "1"}
        await client.subscribe(WATCH, id="nothing")
        assert (await client.hear())["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_it_ends_with_the_role_the_plugin_or_the_session(fresh: Any, origin: str, platform: Platform) -> None:
    home = fresh.home
    key = global_id("M", new_id().bytes)
    meeting = f'subscription {{ meeting(id: "{key}") {{ state }} }}'
    async with opened(fresh, origin) as organizer, opened(fresh, origin, "auditor") as auditor:
        await organizer.subscribe(WATCH, id=id_of(home, "11"))
        await auditor.subscribe(WATCH, id=id_of(home, "11"))
        assert count(await organizer.hear()) == count(await auditor.hear()) == 0
        await platform.watching.ready.wait()
        async with platform.database.session(home.tenant.id) as session:
            scope = await platform.scopes.scope(session, home.tenant, None)
            await revoke_role(session, scope, "示例auditor", "auditor", None)
            await switch(platform, session, scope, "capability", on=False)
            await switch(platform, session, scope, "orglife", on=False)
        assert (await auditor.closed())[0] == 4403
        assert await organizer.silent()
        await organizer.subscribe(meeting, "2")
        assert (await organizer.hear())["type"] == "error"


async def test_a_roll_is_watched_as_it_fills_until_its_plugin_is_off(
    fresh: Any, origin: str, platform: Platform
) -> None:
    people = (await fresh.ask(BRANCH)).data["organization"]
    roll = [{"member": edge["node"]["id"], "mark": "present", "reason": ""} for edge in people["members"]["edges"]]
    record: dict[str, Any] = {
        "organization": people["id"], "kinds": ["theme_day"], "startsAt": "2026-09-10T15:00:00", "place": "活动室",
        "chair": "张111", "recorder": "王111", "topic": "学习", "points": "", "resolution": "", "roll": roll[:1], "tasks": [],
    }  # fmt: skip
    begun = (await fresh.ask(DRAFT, "secretary", variables={"input": record})).data["recordMeeting"]["meeting"]
    async with opened(fresh, origin) as client:
        await client.subscribe("subscription($id: ID!) { meeting(id: $id) { state roll { name } } }", id=begun["id"])
        assert len((await client.hear())["payload"]["data"]["meeting"]["roll"]) == 1
        await platform.watching.ready.wait()
        await fresh.ask(DRAFT, "secretary", variables={"input": record | {"roll": roll}, "meeting": begun["id"]})
        assert len((await client.hear())["payload"]["data"]["meeting"]["roll"]) == len(roll)
        async with platform.database.session(fresh.home.tenant.id) as session:
            scope = await platform.scopes.scope(session, fresh.home.tenant, None)
            await switch(platform, session, scope, "capability", on=False)
            await switch(platform, session, scope, "orglife", on=False)
        assert (await client.hear())["type"] == "error"


async def test_a_page_of_another_site_gets_nothing_from_the_cookie(fresh: Any, origin: str, platform: Platform) -> None:
    tenant = fresh.home.tenant
    async with platform.database.session(tenant.id) as session:
        issuer, subject = "https://issuer.example.edu.cn", f"organizer-{tenant.slug}"
        secret = (await open_session(session, issuer, subject)).secret
    cookie = {"Cookie": f"{cookie_name(tenant.slug)}={secret}"}
    with pytest.raises(ConnectionClosed):
        async with opened(fresh, origin, **cookie, Origin="https://elsewhere.example"):
            pass
    async with opened(fresh, origin, **cookie, Origin=origin) as client:
        await client.subscribe(WATCH, id=id_of(fresh.home, "11"))
        assert count(await client.hear()) == 0
        await platform.watching.ready.wait()
        async with platform.database.session(tenant.id) as session:
            await close_session(session, secret)
        assert (await client.closed())[0] == 4401


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("no json", 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { name } }"}}', 4401),
        ('{"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}}', 4401),
        ('{"type": "connection_init"}', 4403),
    ],
)
async def test_a_connection_that_breaks_the_rules_is_closed(api: Any, origin: str, said: str, code: int) -> None:
    address = f"{origin.replace('http', 'ws')}/t/{api.home.tenant.slug}/graphql"
    async with connect(address, subprotocols=[PROTOCOL], proxy=None) as socket:
        await socket.send(said)
        assert (await Client(socket).closed())[0] == code


async def test_only_subscriptions_run_and_only_so_many(api: Any, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST", 2)
    async with opened(api, origin) as client:
        await client.subscribe("{ viewer { name } }")
        assert (await client.hear())["payload"][0]["extensions"]["reason"] == "only_subscriptions"
        await client.subscribe("subscription { nothing }")
        assert (await client.hear())["type"] == "error"
        for key in ("a", "b", "c"):
            await client.subscribe(WATCH, key, id=id_of(api.home, "11"))
        code, reason = await client.closed()
        assert (code, "at most 2" in reason) == (4429, True)


async def test_a_subscription_does_not_run_by_post(api: Any) -> None:
    answer = await api.ask(WATCH, variables={"id": id_of(api.home, "11")})
    assert (answer.status, answer.body["errors"][0]["extensions"]["reason"]) == (400, "subscription_by_socket")


@pytest.mark.drills
async def test_who_does_not_take_answers_is_cut_off(
    fresh: Any, narrow: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SENDING", 0.2)
    parts = " ".join(f"a{n}: facts(first: 100) {{ edges {{ node {{ id kind recordId }} }} }}" for n in range(5))
    wide = f"subscription($id: ID!) {{ organization(id: $id) {{ {parts} }} }}"
    await talk(platform, fresh.home, "111", 100)
    async with opened(fresh, narrow, sock=narrow_socket(narrow)) as client:
        client.socket.transport.pause_reading()
        await client.subscribe(wide, id=id_of(fresh.home, "11"))
        await until(lambda: platform.watching.count == 1)
        for _ in range(100):
            await talk(platform, fresh.home, "111")
            await asyncio.sleep(0.02)
            if platform.watching.count == 0:
                break
        assert platform.watching.count == 0


async def test_an_import_at_work_says_how_far_it_is(fresh: Any, origin: str, platform: Platform) -> None:
    from zhibu_core.imports.engine import ImportRun

    tenant = fresh.home.tenant
    async with platform.database.session(tenant.id) as session:
        who = await person(session, "导入人")
        run = ImportRun(
            id=new_id(), file_names=["党员花名册.xlsx"], file_hashes=["0"], state="checking", counts={}, preview=None,
            started_by=who.id, started_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        session.add(run)
    async with opened(fresh, origin) as client:
        await client.subscribe(IMPORT, id=global_id("I", run.id.bytes))
        first = {"state": "checking", "share": None, "doing": None, "new": None}
        assert (await client.hear())["payload"]["data"]["importProgress"] == first
        await platform.watching.ready.wait()
        async with platform.database.session(tenant.id) as session:
            (await session.get_one(ImportRun, (tenant.id, run.id))).preview = {"share": 0.5, "doing": "党员"}
            await tell(session, "import.progress", "import_run", run.id)
        assert (await client.hear())["payload"]["data"]["importProgress"]["share"] == 0.5


async def test_another_protocol_is_not_spoken(api: Any, origin: str) -> None:
    address = f"{origin.replace('http', 'ws')}/t/{api.home.tenant.slug}/graphql"
    with pytest.raises((ConnectionClosed, InvalidStatus)):
        async with connect(address, subprotocols=[Subprotocol("graphql-ws")], proxy=None) as socket:
            await socket.recv()


async def test_those_who_watch_the_same_share_one_statement(
    api: Any, origin: str, platform: Platform, statements: Any
) -> None:
    id_of = (await api.ask(BRANCH)).data["organization"]["id"]
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(opened(api, origin)) for _ in range(6)]
        for client in clients:
            await client.subscribe(WATCH, id=id_of)
        before = [await client.hear() for client in clients]
        with statements:
            await talk(platform, api.home, "111")
            after = [await client.hear() for client in clients]
        assert len({json.dumps(one["payload"]["data"]) for one in after}) == 1
        assert before != after
        assert sum("count(*)" in one and one.startswith("select (") for one in statements.seen) == 1


async def test_what_is_shared_began_after_whoever_shares_it_was_woken() -> None:
    sharing: Sharing[int] = Sharing()
    done: list[int] = []

    async def work() -> int:
        done.append(len(done))
        await asyncio.sleep(0)
        if done[-1] == 2:
            raise ValueError
        return done[-1]

    now = time.monotonic()
    assert await asyncio.gather(*(sharing.of("a", now, work) for _ in range(9))) == [0] * 9
    assert await sharing.of("a", now, work) == 0
    later = time.monotonic()
    assert await sharing.of("a", later, work) == 1
    with pytest.raises(ValueError):
        await sharing.of("b", later, work)
    assert await sharing.of("b", later, work) == 3
    gone = asyncio.create_task(sharing.of("c", later, work))
    await asyncio.sleep(0)
    gone.cancel()
    assert await sharing.of("c", later, work) == 4
