"""Access review: page, GraphQL and command tell the same; each line is confirmed or ended, and that is kept."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from zhibu_core.audit import AuditEntry, note
from zhibu_core.errors import InvalidInput
from zhibu_core.identity.access import AccessReview
from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.powers.review import ReviewLine, confirm, review_lines
from zhibu_tenants.powers.settings import SEPARATED, set_setting
from zhibu_tenants.roles import Wanted, grant_role
from zhibu_testing.fixtures import TODAY

LINES = "{ accessReview { grant person role node since grantedBy lastUsed reviewedOn isDue } }"


async def lines_of(platform: Platform, town: Any) -> dict[str, ReviewLine]:
    async with platform.database.session(town.tenant.id) as session:
        by = await platform.scopes.scope(session, town.tenant, None)
        return {line.role: line for line in await review_lines(session, platform.scopes, by)}


async def test_a_line_tells_who_granted_it_and_when_it_was_used(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        admin: Scope = await platform.scopes.scope(session, home.tenant, home.people["admin"].id)
        await grant_role(session, admin, Wanted("T002", "secretary", "112"))
        holder = await platform.scopes.scope(session, home.tenant, home.people["李三"].id)
        await note(session, holder, "home.read", "web_session")
    line = (await lines_of(platform, home))["secretary"]
    async with platform.database.session(home.tenant.id) as session:
        await note(session, admin, "role.grant", "role_grant")
    lines = await lines_of(platform, home)
    assert (line.last_used, line.is_due) == (None, False)
    assert lines["admin"].last_used is not None
    async with platform.database.session(home.tenant.id) as session:
        (grant,) = await session.scalars(select(RoleGrant).where(RoleGrant.granted_by.is_not(None)))
    assert (grant.granted_by, grant.person_id) == (home.people["admin"].id, home.people["李三"].id)
    page = (await home.admin.get("/people/roles/review")).text
    assert "示例admin授权" in page
    told = (await home.admin.ask(LINES))["data"]["accessReview"]
    assert {(one["role"], one["node"]) for one in told} == {
        ("admin", None), ("auditor", None), ("organizer", None), ("secretary", "111"), ("secretary", "112")
    }  # fmt: skip
    assert (await world.neighbour.admin.get("/people/roles/review")).text.count("李三") == 0


async def test_what_was_not_reviewed_for_long_is_a_to_do(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        (grant,) = await session.scalars(select(RoleGrant).where(RoleGrant.role == "organizer"))
        grant.since = TODAY - dt.timedelta(days=181)
        grant_id = grant.id
    assert "/people/roles/review?due=1" in (await home.admin.get("/")).text
    assert "/people/roles/review?due=1" not in (await home.auditor.get("/")).text
    due = (await home.admin.get("/people/roles/review?due=1")).text
    assert "示例organizer" in due
    assert "示例auditor" not in due
    assert (await home.auditor.post(f"/people/roles/review/{grant_id}", decision="confirm")).status_code == 403
    assert (await world.neighbour.admin.post(f"/people/roles/review/{grant_id}", decision="end")).status_code == 404
    assert (await home.admin.post(f"/people/roles/review/{grant_id}", decision="confirm")).status_code == 303
    line = (await lines_of(platform, home))["organizer"]
    assert (line.is_due, line.reviewed_on, line.reviewed_by) == (False, TODAY, "示例admin")
    assert "/people/roles/review?due=1" not in (await home.admin.get("/")).text
    answer = await home.admin.ask(f'mutation {{ endGrant(grant: "{grant_id}") {{ done errors {{ code }} }} }}')
    assert answer["data"]["endGrant"] == {"done": str(grant_id), "errors": []}
    assert (await home.organizer.get("/exchange/imports")).status_code == 403
    async with platform.database.session(home.tenant.id) as session:
        kept = list(await session.scalars(select(AccessReview).order_by(AccessReview.id)))
        assert [one.decision for one in kept] == ["confirmed", "ended"]
        with pytest.raises(Exception, match="permission denied"):
            async with session.begin_nested():
                await session.execute(
                    text("update access_review set decision = 'confirmed' where tenant_id = :t"), {"t": home.tenant.id}
                )


async def test_nobody_reviews_their_own_access_where_administrators_are_apart(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        (grant,) = await session.scalars(select(RoleGrant).where(RoleGrant.role == "admin"))
        grant.role = "security"
        await session.flush()
        who = await platform.scopes.scope(session, home.tenant, home.people["admin"].id)
        await confirm(session, who, grant.id)
        await set_setting(session, SEPARATED, True)
        with pytest.raises(InvalidInput) as refused:
            await confirm(session, who, grant.id)
    assert refused.value.code == "own_review"


async def test_the_file_is_noted_and_no_formula(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        home.people["admin"] = await session.merge(home.people["admin"])
        home.people["admin"].name = "=HYPERLINK(1)"
    answer = await home.auditor.get("/people/roles/review.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "\r\n'=HYPERLINK(1),admin," in answer.text
    assert answer.text.startswith("\ufeff人员,")
    async with platform.database.session(home.tenant.id) as session:
        noted = select(AuditEntry.actor_id).where(AuditEntry.object_type == "access_review")
        assert list(await session.scalars(noted)) == [home.people["auditor"].id]
