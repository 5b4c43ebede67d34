"""Sign-ins become accounts by a code or by hand, in one tenant alone; programs and second factors get no more than they were given."""

import datetime as dt
import time
from typing import Any

import pytest
from sqlalchemy import select, text, update

from zhibu_core.errors import Conflict, Forbidden, NotFound
from zhibu_core.identity.accounts import accounts, enrol, invite, link, unlink, vouch
from zhibu_core.identity.models import Enrolment, RoleGrant, WebSession
from zhibu_core.identity.second_factor import strong_until
from zhibu_core.identity.sessions import open_session, person_of_account
from zhibu_core.identity.sources import Program
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.factories import person
from zhibu_testing.fixtures import TODAY, Parties

ISSUER = "https://id.example.edu.cn/realms/zhibu"
NOW = dt.datetime.now(dt.UTC)


async def test_a_code_links_once_and_only_here(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        someone = await person(session, "李华")
        first = await invite(session, someone.id, None)
        code = await invite(session, someone.id, None)
    async with platform.database.session(parties.neighbour.id) as session:
        with pytest.raises(Forbidden):
            await enrol(session, code, ISSUER, "s1")
    async with platform.database.session(parties.home.id) as session:
        with pytest.raises(Forbidden):
            await enrol(session, first, ISSUER, "s1")
        assert await enrol(session, f" {code.lower().replace('-', ' ')} ", ISSUER, "s1") == someone.id
        with pytest.raises(Forbidden):
            await enrol(session, code, ISSUER, "s2")
        assert await person_of_account(session, ISSUER, "s1") == someone.id
    async with platform.database.session(parties.neighbour.id) as session:
        assert await accounts(session) == []
        with pytest.raises(Forbidden):
            await person_of_account(session, ISSUER, "s1")


async def test_a_code_ends_after_a_week(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        code = await invite(session, (await person(session, "李华")).id, None)
        await session.execute(update(Enrolment).values(expires_at=NOW - dt.timedelta(seconds=1)))
        with pytest.raises(Forbidden):
            await enrol(session, code, ISSUER, "s1")
        assert await session.scalar(select(Enrolment.code_hash)) != code.encode()


async def test_a_sign_in_is_one_persons(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        one, two = await person(session, "李华"), await person(session, "王芳")
        assert await link(session, one.id, ISSUER, "s1") == await link(session, one.id, ISSUER, "s1")
        with pytest.raises(Conflict):
            await link(session, two.id, ISSUER, "s1")
        await open_session(session, ISSUER, "s1", session_id="sid")
        assert await unlink(session, ISSUER, "s1") == one.id
        assert await session.scalar(select(WebSession.id)) is None
        with pytest.raises(NotFound):
            await unlink(session, ISSUER, "s1")
        with pytest.raises(NotFound):
            await vouch(session, one.id)


@pytest.mark.parametrize(
    ("vouched", "given", "enrolled", "good"),
    [
        (0, 60, [3600], True),
        (0, 60, [3600, 7200], True),
        (None, 60, [3600], False),
        (1800, 60, [900], False),
        (1800, 60, [3600, 900], False),
        (0, 60, [], False),
        (0, 3 * 3600, [9999], False),
        (0, -600, [3600], False),
    ],
    ids=["good", "two devices", "nobody vouched", "younger", "one is younger", "none", "long ago", "in the future"],
)
async def test_a_second_factor_counts_if_it_was_seen_before_and_given_just_now(
    platform: Platform,
    parties: Parties,
    monkeypatch: pytest.MonkeyPatch,
    vouched: int | None,
    given: int,
    enrolled: list[int],
    good: bool,
) -> None:
    async def dates(*_: object) -> list[dt.datetime]:
        return [NOW - dt.timedelta(seconds=ago) for ago in enrolled]

    monkeypatch.setattr(platform.host, "platform_parts", lambda name: [dates] if name == "enrolment_dates" else [])
    async with platform.database.session(parties.home.id) as session:
        await link(session, (await person(session, "李华")).id, ISSUER, "s1")
        if vouched is not None:
            at = NOW - dt.timedelta(seconds=vouched)
            await session.execute(
                text("update account set factor_vouched_at = :at where tenant_id = :t"),
                {"at": at, "t": parties.home.id},
            )
        until = await strong_until(platform, session, ISSUER, "s1", time.time() - given)
    assert (until > dt.datetime.now(dt.UTC)) is good


async def test_a_weak_session_withholds_the_administrators_role(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        someone = await person(session, "李华")
        for role in ("admin", "organizer"):
            session.add(RoleGrant(id=new_id(), person_id=someone.id, role=role, since=TODAY))
        await session.flush()
        weak = await platform.scopes.scope(session, parties.home, someone.id, strong=False)
        strong = await platform.scopes.scope(session, parties.home, someone.id)
    assert (weak.roles, strong.roles) == ({"organizer"}, {"admin", "organizer"})
    strong.require("role.grant")
    weak.require("organization.write")
    with pytest.raises(Forbidden) as raised:
        weak.require("role.grant")
    assert raised.value.code == "second_factor"


async def test_a_program_holds_its_scopes_and_no_others(platform: Platform, parties: Parties) -> None:
    program = Program(new_id(), "hr", "hr", frozenset({"organization.read", "nothing.there"}))
    async with platform.database.session(parties.home.id) as session:
        scope = await platform.scopes.scope_of_program(session, parties.home, program)
    assert scope.actions == {"organization.read"}


@pytest.mark.parametrize("statement", ["select * from global_identity_claim", "delete from global_identity_claim"])
async def test_the_claims_are_nobodys_to_read(platform: Platform, parties: Parties, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with platform.database.session(parties.home.id) as session:
            await session.execute(text(statement))


async def test_a_claimed_place_is_not_given_twice(platform: Platform, parties: Parties) -> None:
    claim = text("select app.claim_identity(:issuer, :organization)")

    async def asks(tenant: Any, organization: str) -> bool:
        async with platform.database.session(tenant.id) as session:
            return bool(
                await session.scalar(claim, {"issuer": f"{ISSUER}-{parties.home.slug}", "organization": organization})
            )

    assert await asks(parties.home, "a")
    assert await asks(parties.home, "a")
    assert not await asks(parties.neighbour, "a")
    assert not await asks(parties.neighbour, "")
    assert await asks(parties.neighbour, "b")
