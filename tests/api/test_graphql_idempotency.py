"""Mutations with an Idempotency-Key: run once, answered alike for a day, to who asked and to nobody else."""

import asyncio
import datetime as dt
import json
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from zhibu_core.idempotency import KEPT, Answer, Idempotency, InFlight, call, sweep
from zhibu_core.identity.models import Account, LogoutToken
from zhibu_core.identity.sessions import cookie_name, open_session
from zhibu_core.ledger.models import DutyWaiver
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Actor, Scope
from zhibu_tenants.keys import rotate

DUTIES = '{ organization(code: "111") { duties(period: "2026Q2", first: 1, state: missed, below: false) { edges { node { id } } } } }'
WAIVE = "mutation W($duty: ID!, $reason: String!) { waiveDuty(duty: $duty, reason: $reason) { duty { id state reason } errors { code } } }"


@pytest_asyncio.fixture(loop_scope="session")
async def api(fresh: Any) -> Any:
    """These tests write."""
    return fresh


async def waiving(api: Any, reason: str = "换届调整", at: Any = None) -> bytes:
    duty = (await api.ask(DUTIES, at=at)).data["organization"]["duties"]["edges"][0]["node"]["id"]
    return json.dumps({"query": WAIVE, "variables": {"duty": duty, "reason": reason}}).encode()


async def send(api: Any, body: bytes, key: str = "k1", role: str = "organizer", at: Any = None, **headers: str) -> Any:
    place = at or api.home
    sent = {"Authorization": f"Bearer {api.token(role, place)}"} | headers
    sent |= {"Content-Type": "application/json", "Idempotency-Key": key}
    return await api.http.post(f"/t/{place.tenant.slug}/graphql", content=body, headers=sent)


async def count(platform: Platform, at: Any, table: type[TenantOwned] = DutyWaiver) -> int:
    async with platform.database.session(at.tenant.id) as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_repetition_is_answered_and_not_run(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    first, second = await send(api, body), await send(api, body)
    assert first.status_code == second.status_code == 200
    assert first.json()["data"]["waiveDuty"]["duty"]["state"] == "waived"
    assert first.content == second.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await count(platform, api.home) == 1
    assert await count(platform, api.neighbour, Idempotency) == 0


async def test_another_body_with_the_key_is_422(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    await send(api, body)
    answer = await send(api, body + b" ")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["reason"]) == (422, "idempotency_key_reused")
    assert error["extensions"]["field"] == "Idempotency-Key"
    assert "data" not in answer.json()
    assert await count(platform, api.home) == 1


async def test_the_key_of_one_is_nothing_to_another(api: Any, platform: Platform) -> None:
    await send(api, await waiving(api))
    theirs = await send(api, await waiving(api, at=api.neighbour), at=api.neighbour)
    assert (theirs.status_code, "idempotency-replayed" in theirs.headers) == (200, False)
    assert await count(platform, api.neighbour) == 1
    # Nor to somebody else of the tenant, by the same client or by a browser.
    other = await send(api, await waiving(api, "同意免除"), role="secretary")
    assert (other.status_code, "idempotency-replayed" in other.headers) == (200, False)
    home = api.home.tenant
    async with platform.database.session(home.id) as session:
        secret = (await open_session(session, "https://issuer.example.edu.cn", f"organizer-{home.slug}")).secret
    cookie = {"Cookie": f"{cookie_name(home.slug)}={secret}", "X-Zhibu-Client": "web", "Origin": "http://testserver"}
    body = await waiving(api, "由上级党委同意")
    for replayed in (False, True):
        answer = await send(api, body, Authorization="", **cookie)
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, replayed)


async def test_the_first_of_several_at_once_runs(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    answers = await asyncio.gather(*(send(api, body) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    ran = [a for a in answers if a.status_code == 200 and "idempotency-replayed" not in a.headers]
    assert len(ran) == await count(platform, api.home) == await count(platform, api.home, Idempotency) == 1


async def test_what_is_in_flight_is_409(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    home = api.home.tenant
    async with platform.database.session(home.id) as session:
        mine = select(Account.person_id).where(Account.subject == f"organizer-{home.slug}")
        who = Scope(home, frozenset(), Actor((await session.scalars(mine)).one(), "示例", "test"))
        assert await call(platform, session, who, "k1", body).answered() is None
        answer = await send(api, body)
        assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")
        assert answer.json()["errors"][0]["extensions"]["reason"] == "idempotency_in_flight"
        assert (await send(api, body, at=api.neighbour)).status_code == 200
        assert (await send(api, body, key="k2")).status_code == 200
    assert (await send(api, body)).status_code == 200


async def test_an_answer_that_is_there_already_undoes_the_later_call(api: Any, platform: Platform) -> None:
    """The advisory lock holds on one node of a database; the unique key holds on all."""
    home = api.home.tenant
    who = Scope(home, frozenset(), Actor(api.home.people["王111"].id, "示例", "test"))
    async with platform.database.session(home.id) as session:
        await call(platform, session, who, "k1", b"{}").keep(Answer(200, b"first"))

    async def later() -> None:
        async with platform.database.session(home.id) as session:
            session.add(LogoutToken(id=new_id(), issuer="i", token_id="t", expires_at=dt.datetime.now(dt.UTC)))
            await call(platform, session, who, "k1", b"{}").keep(Answer(200, b"second"))

    with pytest.raises(InFlight):
        await later()
    assert await count(platform, api.home, LogoutToken) == 0
    async with platform.database.session(home.id) as session:
        assert await call(platform, session, who, "k1", b"{}").answered() == Answer(200, b"first")


async def test_what_was_not_run_is_not_kept(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    assert (await send(api, body.replace(b'"variables"', b'"nothing"'))).status_code == 400
    query = json.dumps({"query": "{ viewer { name } }"}).encode()
    assert (await send(api, query)).status_code == 200
    assert await count(platform, api.home, Idempotency) == 0
    answer = await send(api, body)
    assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_keys_of_another_form_are_refused(api: Any, platform: Platform, key: str) -> None:
    answer = await send(api, await waiving(api), key=key)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (400, "idempotency_key")
    assert await count(platform, api.home) == 0


async def test_a_day_later_the_key_is_new_and_the_answer_gone(api: Any, platform: Platform) -> None:
    body = await waiving(api)
    await send(api, body)
    await send(api, body, key="k2")
    async with platform.database.session(api.home.tenant.id) as session:
        old = dt.datetime.now(dt.UTC) - KEPT
        await session.execute(update(Idempotency).where(Idempotency.key == "k1").values(written_at=old))
    answer = await send(api, body)
    assert "idempotency-replayed" not in answer.headers
    await sweep(platform, dt.datetime.now(dt.UTC))
    assert await count(platform, api.home, Idempotency) == 2
    await sweep(platform, dt.datetime.now(dt.UTC) + KEPT)
    assert await count(platform, api.home, Idempotency) == 0


async def test_answers_lie_sealed_and_outlive_a_rotation(api: Any, platform: Platform) -> None:
    body = await waiving(api, "换届调整期间")
    first = await send(api, body)
    async with platform.database.session(api.home.tenant.id) as session:
        row = (await session.scalars(select(Idempotency))).one()
    assert "换届调整期间".encode() not in row.answer
    assert len(row.request) == 16
    await rotate(platform, Scope(api.home.tenant, frozenset()))
    again = await send(api, body)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
