"""The auditor's hour again, as far as it can be repeated: somebody with every role in one tenant tries for the other one.

What was tried by hand, and what answered, is in docs/security/auditors-hour.md.
"""

import datetime as dt
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio

from zhibu_core.exports.asking import ask
from zhibu_core.exports.form import Asked
from zhibu_core.identity.models import RoleGrant
from zhibu_core.identity.sessions import cookie_name
from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.links import sign
from zhibu_core.storage.uploads import begin_upload
from zhibu_core.tenancy.ids import new_id
from zhibu_orglife.content import Minutes, RollEntry
from zhibu_orglife.recording import record_meeting
from zhibu_tenants.powers.staff_entries import ask_to_enter
from zhibu_testing.browsing import EVERY_ROLE, ORIGIN, Browser, app_of, sign_in
from zhibu_testing.factories import person
from zhibu_testing.fixtures import all_powers
from zhibu_testing.town import Town, World, world

__all__ = ["world"]
pytestmark = pytest.mark.drills

UUID = re.compile(r"\{(\w+):uuid\}")
MADE_ANEW = re.compile(r"[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]{27}")
"""Numbers of requests and marks of contents, which differ from answer to answer."""


@dataclass
class Prize:
    """What there is to be had in a tenant: ids by the name that addresses give them, and a link that is good."""

    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    token: str = ""


@pytest_asyncio.fixture(loop_scope="session")
async def prize(platform: Platform, world: World) -> Prize:
    """The neighbour's."""
    return await _furnish(platform, world.neighbour)


@pytest_asyncio.fixture(loop_scope="session")
async def intruder(platform: Platform, world: World) -> Browser:
    """Every role in the home tenant."""
    async with platform.database.session(world.home.tenant.id) as session:
        someone = await person(session, "入侵者", number="X1")
    return await sign_in(app_of(platform), platform, world.home.tenant, someone.id, EVERY_ROLE)


async def _furnish(platform: Platform, town: Town) -> Prize:
    scope, people = await all_powers(platform, town.tenant), town.people
    said = Minutes(
        organization_id=town.organizations["111"].id, kinds=("theme_day",), starts_at=dt.datetime(2026, 10, 20, 14),
        ends_at=dt.datetime(2026, 10, 20, 16), place="理学楼", chair="张一", topic="秘密",
        roll=(RollEntry(people["张一"].id),),
    )  # fmt: skip
    async with platform.database.session(town.tenant.id) as session:
        meeting = (await record_meeting(session, scope, said)).id
        export = await ask(platform, session, scope, Asked("members", "年度统计", ("统计处",)))
        entry = await ask_to_enter(session, town.tenant, new_id(), "运维", "核对组织树")
        grant = RoleGrant(id=new_id(), person_id=people["王二"].id, role="secretary", since=town.tenant.current_day())
        session.add(grant)
        belongs = Belongs("orglife.meeting", meeting, "orglife.meeting.record")
        upload = await begin_upload(platform, session, scope, "纪要.pdf", 100, belongs)
    file = await keep_file(platform, scope, io.BytesIO(b"%PDF-1.7 secret"), "纪要.pdf", belongs)
    token = sign(platform, town.tenant.id, file.id, people["张一"].id, dt.datetime.now(dt.UTC)).token
    ids = {
        "meeting": meeting,
        "export": export.id,
        "entry": entry.id,
        "grant": grant.id,
        "upload": upload.id,
        "file": file.id,
    }
    return Prize({f"{name}_id": key for name, key in ids.items()} | {"person_id": people["张一"].id}, token)


def addresses(browser: Browser) -> Iterator[tuple[str, str]]:
    """Method and address of every route of a tenant that takes an id."""
    for route in browser.app.routes:
        path = route.path.removeprefix("/t/{slug:str}")
        if path != route.path and UUID.search(path):
            for method in getattr(route, "methods", ()):
                if method not in ("OPTIONS", "HEAD"):
                    yield method, path


async def asked(browser: Browser, method: str, path: str) -> tuple[int, str]:
    """Status and text, without what differs from answer to answer."""
    more: dict[str, Any] = {"fields": {"purpose": "核对资料", "reason": "核对资料"}} if method == "POST" else {}
    if "/uploads" in path:
        more = {"json": {"name": "a.pdf", "size": 10, "sha256": "0" * 64}}
    answer = await browser.send(method, path, more=more.pop("more", {"Upload-Offset": "0"}), **more)
    return answer.status_code, MADE_ANEW.sub("…", answer.text)


async def test_a_foreign_id_is_answered_everywhere_like_one_that_was_made_up(
    intruder: Browser, prize: Prize, world: World
) -> None:
    seen = 0
    for method, path in sorted(set(addresses(intruder))):
        made_up = uuid.uuid4()
        foreign = UUID.sub(lambda one: str(prize.ids.get(one[1], prize.ids["person_id"])), path)
        nothing = UUID.sub(str(made_up), path)
        foreign, nothing = (one.replace("{token:str}", prize.token) for one in (foreign, nothing))
        if "{" in foreign:
            continue
        answer = await asked(intruder, method, foreign)
        assert answer == await asked(intruder, method, nothing), (method, path)
        assert answer[0] in (400, 403, 404, 405, 409, 422), (method, path, answer)
        seen += 1
    assert seen > 25
    own = await intruder.get(f"/people/members/{world.home.people['张一'].id}")
    assert own.status_code == 200
    theirs = await world.neighbour.organizer.get(f"/life/meetings/{prize.ids['meeting_id']}")
    assert (theirs.status_code, "秘密" in theirs.text) == (200, True)


async def test_a_session_of_one_tenant_is_nothing_at_the_other(intruder: Browser, world: World) -> None:
    here, there = world.home.tenant.slug, world.neighbour.tenant.slug
    renamed = Browser(intruder.app, world.neighbour.tenant, intruder.secret)
    assert (await renamed.get("/people/members")).status_code in (303, 401)
    tricks = (
        f"/t/{here}/../{there}/people/members", f"/t/{here}/%2e%2e/{there}/people/members", f"/t/{here}%2f..%2f{there}/people/members",
        f"/t/{there}%00/people/members", f"/t/{there}%20/people/members", f"//t/{there}/people/members", f"/t//{there}/people/members",
        f"/t/{here},{there}/people/members", f"/t/{here}/people/members;slug={there}", f"/t/{there.upper()}/people/members",
    )  # fmt: skip
    headers = {
        "Cookie": f"{cookie_name(here)}={intruder.secret}; {cookie_name(there)}={intruder.secret}",
        "Host": there, "X-Forwarded-Host": there, "X-Forwarded-Prefix": f"/t/{there}", "X-Original-URL": f"/t/{there}/people/members",
    }  # fmt: skip
    transport: Any = httpx.ASGITransport(app=intruder.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        for path in tricks:
            answer = await client.get(path)
            assert answer.status_code in (303, 400, 401, 404), (path, answer.status_code)


@pytest.mark.parametrize(
    "path", ["/people/members?name=%00", "/help/%00", "/people/organizations/a%00b", "/plugin-files/orglife/%00.js"]
)
async def test_a_text_that_nothing_can_be_named_by_is_no_error_of_ours(intruder: Browser, path: str) -> None:
    assert (await intruder.get(path)).status_code in (404, 422)


async def test_no_text_in_an_operation_is_an_error_of_ours(intruder: Browser) -> None:
    query = "query($t: String!) { members(first: 3, name: $t) { edges { node { name } } } }"
    for text in ("\0", "a\0b", "%", "'; drop table person; --", "\\", "😀" * 200):
        answer = await intruder.ask(query, t=text)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        assert codes in ([], ["BAD_USER_INPUT"]), (text, answer)


@pytest.mark.parametrize(
    "back", ["//evil.test", "/\\evil.test", "/\t/evil.test", "https://evil.test", "/\r\nX-Evil: 1"]
)
async def test_no_address_leads_to_another_site(intruder: Browser, back: str) -> None:
    answer = await intruder.send("GET", "/preferences", params={"language": "en", "back": back})
    where = answer.headers["location"]
    assert httpx.URL(ORIGIN).join(where.replace("\\", "/")).host == httpx.URL(ORIGIN).host
    assert "x-evil" not in answer.headers
