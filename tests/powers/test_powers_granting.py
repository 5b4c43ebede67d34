"""Granting: nobody beyond their own, administrators kept apart, days that begin and end, roles lent and a tenant's own."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.errors import Forbidden, InvalidInput, NotFound
from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.powers.own_roles import define_role, end_role, own_roles
from zhibu_tenants.powers.separation import is_separated, separate
from zhibu_tenants.powers.settings import SEPARATED, set_setting
from zhibu_tenants.provisioning import First, create_tenant
from zhibu_tenants.roles import Wanted, grant_role
from zhibu_testing.browsing import sign_in
from zhibu_testing.fixtures import TODAY

DAY = dt.timedelta(days=1)


async def as_person(platform: Platform, session: Any, town: Any, name: str) -> Scope:
    scope: Scope = await platform.scopes.scope(session, town.tenant, town.people[name].id)
    return scope


async def operator(platform: Platform, session: Any, town: Any) -> Scope:
    return await platform.scopes.scope(session, town.tenant, None)


@pytest.mark.parametrize(
    ("first", "second"),
    [("system", "auditor"), ("system", "security"), ("auditor", "security"), ("organizer", "admin")],
)
async def test_the_powers_of_two_administrators_are_nobodys(
    platform: Platform, world: Any, first: str, second: str
) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        await set_setting(session, SEPARATED, True)
        by = await operator(platform, session, home)
        await grant_role(session, by, Wanted("T002", first))
        with pytest.raises(InvalidInput) as refused:
            await grant_role(session, by, Wanted("T002", second, since=TODAY + DAY))
        assert refused.value.code == "powers_apart"
        await grant_role(session, by, Wanted("T002", "organizer"))
    async with platform.database.session(world.neighbour.tenant.id) as session:
        assert not await is_separated(session)


async def test_they_are_kept_apart_only_once_nobody_holds_two(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        by = await operator(platform, session, home)
        with pytest.raises(InvalidInput, match="示例admin"):
            async with session.begin_nested():
                await separate(session, by, on=True)
        assert not await is_separated(session)
        (grant,) = await session.scalars(select(RoleGrant).where(RoleGrant.role == "admin"))
        grant.role = "security"
        await separate(session, by, on=True)
        assert await is_separated(session)


async def test_a_security_administrator_gets_nothing_by_granting(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        (grant,) = await session.scalars(select(RoleGrant).where(RoleGrant.role == "admin"))
        grant.role = "security"
        await session.flush()
        who = await as_person(platform, session, home, "admin")
        assert who.may("role.grant", "")
        assert not who.may("plugin.switch")
        assert not who.may("audit.read")
        for role in ("system", "auditor", "admin"):
            with pytest.raises(InvalidInput) as refused:
                await grant_role(session, who, Wanted("admin", role))
            assert refused.value.code == "own_grant"
        with pytest.raises(Forbidden):
            await define_role(session, platform.scopes, who, "sly", Words("私设", "sly"), ["audit.read"])
        await define_role(session, platform.scopes, who, "mine", Words("自用", "mine"), ["role.grant", "access.review"])
        await grant_role(session, who, Wanted("T003", "auditor"))


async def test_a_grant_reaches_no_further_than_the_grantors_part_of_the_tree(platform: Platform, world: Any) -> None:
    home = world.home
    branch = home.organizations["111"].id
    browser = await sign_in(home.app, platform, home.tenant, home.people["周六"].id, {"security": branch})
    assert (await browser.post("/people/roles", person="T002", role="secretary", node="111")).status_code == 303
    for node in ("112", "11", ""):
        assert (await browser.post("/people/roles", person="T002", role="secretary", node=node)).status_code == 403


async def test_a_role_begins_and_ends_with_its_days(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        by = await operator(platform, session, home)
        later = await grant_role(session, by, Wanted("T004", "organizer", since=TODAY + DAY, until=TODAY + 2 * DAY))
        assert "organizer" not in (await as_person(platform, session, home, "陈五")).roles
        later.since = TODAY
        await session.flush()
        assert "organizer" in (await as_person(platform, session, home, "陈五")).roles
        later.since, later.until = TODAY - DAY, TODAY - DAY
        await session.flush()
        assert "organizer" not in (await as_person(platform, session, home, "陈五")).roles
        for wrong in (Wanted("T004", "member", since=TODAY - DAY), Wanted("T004", "member", None, TODAY, TODAY + DAY)):
            with pytest.raises(InvalidInput):
                await grant_role(session, by, wrong)


async def test_a_lent_role_names_the_lender_and_ends(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        by = await operator(platform, session, home)
        lent = Wanted("T005", "secretary", "111", TODAY + 9 * DAY, delegated_from="T000")
        with pytest.raises(InvalidInput, match="截止"):
            await grant_role(session, by, Wanted("T005", "secretary", "111", delegated_from="T000"))
        with pytest.raises(InvalidInput, match="代理"):
            await grant_role(session, by, Wanted("T005", "secretary", "112", TODAY, delegated_from="T000"))
        (own,) = await session.scalars(select(RoleGrant).where(RoleGrant.role == "secretary"))
        own.until = TODAY + 3 * DAY
        grant = await grant_role(session, by, lent)
        assert (grant.delegated_from, grant.until) == (home.people["张一"].id, TODAY + 3 * DAY)
        with pytest.raises(InvalidInput, match="代理"):
            await grant_role(session, by, Wanted("T006", "secretary", "111", TODAY, delegated_from="T005"))


async def test_a_role_of_ones_own_holds_what_it_names(platform: Platform, world: Any) -> None:
    home = world.home
    admin = home.admin
    made = await admin.send(
        "POST",
        "/people/roles/own",
        {"key": "party-school", "name": "党校教务", "english": "", "actions": "member.read"},
    )
    assert made.status_code == 303, made.text
    assert (await admin.post("/people/roles", person="T007", role="party-school", node="11")).status_code == 303
    browser = await sign_in(home.app, platform, home.tenant, home.people["郑八"].id, {})
    page = (await browser.get("/people/members")).text
    assert "党校教务" in page
    assert (await browser.get("/exchange/imports")).status_code == 403
    assert (await world.neighbour.admin.get("/people/roles/own")).text.count("党校教务") == 0
    async with platform.database.session(home.tenant.id) as session:
        who = await as_person(platform, session, home, "郑八")
        assert (who.may("member.read", home.organizations["112"].path), who.may("member.read", "")) == (True, False)
        with pytest.raises(NotFound):
            await end_role(session, who, "no-such")
        await end_role(session, who, "party-school")
        assert await own_roles(session) == []
    assert (await browser.get("/people/members")).status_code == 403


@pytest.mark.parametrize(
    ("key", "actions", "code"),
    [("admin", ["duty.read"], "role_key"), ("X", ["duty.read"], "role_key"), ("fine", ["no.such"], "actions_unknown"),
     ("fine", [], "actions_unknown")],
)  # fmt: skip
async def test_what_cannot_be_a_role(platform: Platform, world: Any, key: str, actions: list[str], code: str) -> None:
    async with platform.database.session(world.home.tenant.id) as session:
        by = await operator(platform, session, world.home)
        with pytest.raises(InvalidInput) as refused:
            await define_role(session, platform.scopes, by, key, Words("名", "name"), actions)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("first", "apart"),
    [(First(), True), (First(admin="一人"), False), (First(system="甲", security="乙", auditor="丙"), True)],
)
async def test_a_new_tenant_keeps_its_administrators_apart_unless_it_is_small(
    platform: Platform, first: First, apart: bool
) -> None:
    from zhibu_core.tenancy.ids import new_id

    tenant = await create_tenant(platform, f"new-{new_id().hex[-12:]}", "新校", "university", first=first)
    async with platform.database.session(tenant.id) as session:
        assert await is_separated(session) is apart
        grants = await session.scalars(select(RoleGrant.role).order_by(RoleGrant.role))
        assert list(grants) == sorted(first.roles)


async def test_the_header_says_the_unit_and_the_role(world: Any, text_of: Callable[[str], str]) -> None:
    assert "数学一支部\u3000支部书记" in (await world.home.secretary.get("/")).text
    assert "测试大学\u3000组织员" in (await world.home.organizer.get("/")).text
