"""Second attachment: offered, accepted, hosted, returned; attendance counts at home, contact is owed; every end is said on both sides."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from zhibu_core.errors import Conflict, InvalidInput, NotFound, ZhibuError
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties.asked import duties_of
from zhibu_core.ledger.duties.reach import Reach
from zhibu_core.organization.people import Membership
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.closing import lapse_cases
from zhibu_core.spaces.cases.keeping import case_locked, tell
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.reading import open_matters
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.models import SpaceEnvelope
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.contact import record_contact
from zhibu_partnership.attachment.marks import mark_guest
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.reading import attachments_of, case_of
from zhibu_partnership.attachment.stepping import accept, give_back, receive, refuse, take_back, withdraw
from zhibu_tenants.enablement import switch
from zhibu_testing.factories import organization
from zhibu_testing.fixtures import TODAY
from zhibu_testing.lending import ARRIVED, DAY, FROM, UNTIL, Lending, lending


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lent(platform: Platform) -> Lending:
    """Home and host have an agreement on second attachments."""
    return await lending(platform)


async def refused(code: str, work: Any) -> None:
    with pytest.raises(Conflict) as found:
        await work
    assert found.value.code == code


def contact_of(_: Platform, session: Any, who: Scope, *given: Any) -> Any:
    return record_contact(session, who, *given)


async def test_a_member_is_lent_and_comes_home(lent: Lending) -> None:
    home, host = lent.world.home, lent.world.host
    person = await lent.member()
    case = await lent.hosted(person)
    assert await lent.states(case) == ("hosted", "hosted")
    theirs, ours = (await lent.seen(host, case)).theirs, await lent.seen(home, case)
    assert (theirs["name"], theirs["reason"]) == ("王二", "到企业实习")
    assert (ours.theirs["branch"], ours.theirs["contact"]) == (host.branch.name, "李书记")
    away = await lent.membership(person)
    assert (away.is_mobile, away.mobile_to) == (True, host.tenant.name)
    day = TODAY - 5 * DAY
    meeting = await lent.held(day, "theme_day", "party_class")
    await lent.do(host, mark_guest, case.id, meeting, "present")
    await lent.carry()
    counted = [("attendance", day, "present"), ("attended.party_class", day, None), ("attended.theme_day", day, None)]
    assert await lent.facts(person) == [*counted, ("contact_owed", ARRIVED, None)]
    fields = {key for one in (await lent.seen(home, case)).crossings for key in one.fields}
    assert {"name", "contact", "mark"} <= fields, "what crossed in both directions is listed"
    await lent.do(home, give_back, case.id)
    await lent.carry()
    assert await lent.states(case) == ("returned", "returned")
    assert not (await lent.membership(person)).is_mobile
    assert await lent.facts(person) == counted, "no contact is owed any more, what was attended stays"
    assert "name" not in (await lent.seen(host, case)).theirs, "the host knows no name any more"


async def test_both_sides_list_every_open_case_and_a_third_nothing(lent: Lending) -> None:
    case = await lent.offered()
    for side in (lent.world.home, lent.world.host):
        async with lent.platform.database.session(side.tenant.id) as session:
            found = {one.case.id: one for one in await open_matters(lent.platform, session, side.who, limit=1000)}
            assert (found[case.id].case.state, found[case.id].case.due_on) == ("offered", TODAY + 15 * DAY)
    third = lent.world.third
    async with lent.platform.database.session(third.tenant.id) as session:
        assert not await open_matters(lent.platform, session, third.who)
        assert not await attachments_of(session, third.who)
        assert not (await session.scalars(select(SpaceCase))).all()
        with pytest.raises(NotFound):
            await case_of(session, third.who, case.id)


async def test_a_correction_supersedes_and_a_second_delivery_changes_nothing(lent: Lending) -> None:
    person, host = await lent.member(), lent.world.host
    case = await lent.hosted(person)
    meeting = await lent.held(TODAY - 3 * DAY, "theme_day")
    for mark in ("present", "late", "late"):
        await lent.do(host, mark_guest, case.id, meeting, mark)
        await lent.carry()
    day = TODAY - 3 * DAY
    said = [("attendance", day, "late"), ("attended.theme_day", day, None), ("contact_owed", ARRIVED, None)]
    assert await lent.facts(person) == said
    await lent.do(host, tell_again, case.id)
    await lent.carry()
    assert await lent.facts(person) == said
    assert await lent.states(case) == ("hosted", "hosted")


async def tell_again(platform: Platform, session: Any, who: Scope, case_id: uuid.UUID) -> None:
    await tell(platform, session, who, await case_locked(session, case_id))


async def test_a_letter_that_was_lost_is_made_good_by_the_next(lent: Lending) -> None:
    """The host's steps are struck out at home, as if they had never come: the next letter brings them all."""
    home, host = lent.world.home, lent.world.host
    case = await lent.offered()
    await lent.do(host, accept, case.id, contact="李书记")
    await lent.carry()
    async with lent.platform.database.session(home.tenant.id) as session:
        await session.execute(
            delete(SpaceCaseStep).where(SpaceCaseStep.case_id == case.id, SpaceCaseStep.name == "accepted")
        )
        await session.execute(update(SpaceCase).where(SpaceCase.id == case.id).values(state="offered"))
    await lent.do(host, receive, case.id)
    await lent.carry()
    assert await lent.states(case) == ("hosted", "hosted")


async def test_two_steps_at_once_come_to_one_end(lent: Lending) -> None:
    case, home, host = await lent.offered(), lent.world.home, lent.world.host
    await lent.do(home, withdraw, case.id, "不去了")
    await lent.do(host, accept, case.id, contact="李书记")
    await lent.carry()
    assert await lent.states(case) == ("withdrawn", "withdrawn")


async def test_the_last_step_can_be_undone_while_nothing_follows(lent: Lending) -> None:
    person, home, host = await lent.member(), lent.world.home, lent.world.host
    case = await lent.hosted(person)
    with pytest.raises(Conflict):
        await lent.do(home, take_back, case.id)  # the last step is the host's
    await lent.do(home, give_back, case.id)
    await lent.carry()
    await lent.do(home, take_back, case.id)
    await lent.carry()
    assert await lent.states(case) == ("hosted", "hosted")
    assert (await lent.membership(person)).is_mobile
    assert ("contact_owed", ARRIVED, None) in await lent.facts(person)
    assert (await lent.seen(host, case)).theirs["name"] == "王二"
    async with lent.platform.database.session(host.tenant.id) as session:
        step = update(SpaceCaseStep).where(SpaceCaseStep.case_id == case.id, SpaceCaseStep.name == "hosted")
        await session.execute(step.values(at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    with pytest.raises(Conflict):
        await lent.do(host, take_back, case.id)


async def test_what_is_not_answered_lapses_on_both_sides(lent: Lending) -> None:
    case, home, host = await lent.offered(answer_by=TODAY), lent.world.home, lent.world.host
    late = replace(host.who, tenant=replace(host.tenant, today=TODAY + DAY))
    async with lent.platform.database.session(host.tenant.id) as session:
        with pytest.raises(Conflict):
            await accept(lent.platform, session, late, case.id, contact="李书记")
    for side in (home, host):
        async with lent.platform.database.session(side.tenant.id) as session:
            assert await lapse_cases(session, Scope(replace(side.tenant, today=TODAY + DAY), frozenset())) >= 1
    assert await lent.states(case) == ("lapsed", "lapsed")
    for side, work, given in ((host, accept, {"contact": "李书记"}), (home, withdraw, {"reason": "x"})):
        await refused("case_over", lent.do(side, work, case.id, **given))


async def test_revoking_brings_the_member_home_and_facts_stay(platform: Platform) -> None:
    lent, person_day = await lending(platform), TODAY - 4 * DAY
    person, home, host = await lent.member(), lent.world.home, lent.world.host
    case = await lent.hosted(person)
    await lent.do(host, mark_guest, case.id, await lent.held(person_day, "theme_day"), "present")
    await lent.carry()
    async with platform.database.session(host.tenant.id) as session:
        await revoke(session, host.who, lent.space, "基地关闭")
    await lent.carry()
    assert await lent.states(case) == ("ended", "ended")
    for side in (home, host):
        whole = await lent.seen(side, case)
        assert whole.steps[-1].note == "基地关闭"
        assert not whole.theirs
    assert not (await lent.membership(person)).is_mobile
    assert await lent.facts(person) == [("attendance", person_day, "present"), ("attended.theme_day", person_day, None)]
    with pytest.raises(ZhibuError):
        await lent.do(home, give_back, case.id)


async def test_a_mark_that_came_in_force_counts_though_the_agreement_is_over_a_moment_later(platform: Platform) -> None:
    """Between the receipt and whatever is told of it nothing is left that could be lost."""
    lent, day = await lending(platform), TODAY - 4 * DAY
    person, home, host = await lent.member(), lent.world.home, lent.world.host
    case = await lent.hosted(person)
    await lent.do(host, mark_guest, case.id, await lent.held(day, "theme_day"), "late")
    await SpaceLane(platform).run_once()
    async with platform.database.session(home.tenant.id) as session:
        await revoke(session, home.who, lent.space, "换了合作方向")
    await lent.carry()
    assert await lent.facts(person) == [("attendance", day, "late"), ("attended.theme_day", day, None)]


async def test_a_step_from_a_day_to_come_is_kept_as_of_today_and_parts_nobody(lent: Lending) -> None:
    """The host's own row lies; home keeps no instant later than its own."""
    case, home, host = await lent.offered(), lent.world.home, lent.world.host
    await lent.do(host, accept, case.id, contact="李书记")
    async with lent.platform.database.session(host.tenant.id) as session:
        lie = update(SpaceCaseStep).where(SpaceCaseStep.case_id == case.id, SpaceCaseStep.name == "accepted")
        await session.execute(lie.values(at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC)))
        waiting = update(SpaceEnvelope).where(SpaceEnvelope.object_id == case.id, SpaceEnvelope.state == "waiting")
        await session.execute(waiting.values(state="withdrawn"))
    await lent.do(host, tell_again, case.id)
    await lent.carry()
    assert (await lent.seen(home, case)).steps[-1].at <= dt.datetime.now(dt.UTC)
    await lent.do(host, take_back, case.id)
    await lent.carry()
    assert await lent.states(case) == ("offered", "offered")


async def test_a_side_with_the_plugin_off_hears_it_later(platform: Platform) -> None:
    lent = await lending(platform)
    home, host, person = lent.world.home, lent.world.host, await lent.member()
    case = await lent.hosted(person)
    await turn(platform, home.tenant, on=False)
    await lent.do(host, give_back, case.id)
    await lent.carry()
    async with platform.database.session(home.tenant.id) as session:
        kept = (await session.scalars(select(SpaceCase).where(SpaceCase.id == case.id))).one()
        assert (kept.state, kept.is_open) == ("hosted", True)
    await turn(platform, home.tenant, on=True)
    await lent.world.carry(at_once=True)
    assert await lent.states(case) == ("returned", "returned")
    assert not (await lent.membership(person)).is_mobile


async def turn(platform: Platform, tenant: Any, *, on: bool) -> None:
    async with platform.database.session(tenant.id) as session:
        await switch(platform, session, Scope(tenant, frozenset()), "partnership", on=on)


async def test_contact_is_owed_every_quarter_while_the_member_is_away(lent: Lending) -> None:
    person, home = await lent.member("张远"), lent.world.home
    case = await lent.hosted(person)
    await lent.do(home, contact_of, case.id, TODAY - DAY, "phone")
    for field, day, way in (("on", TODAY + DAY, "phone"), ("on", ARRIVED, "phone"), ("way", TODAY, "smoke")):
        with pytest.raises(InvalidInput) as wrong:
            await lent.do(home, contact_of, case.id, day, way)
        assert wrong.value.field == field
    async with lent.platform.database.session(home.tenant.id) as session:
        book = await rule_book(lent.platform, session, home.who)
        found = await duties_of(session, book, parse_period("2026-01-01/2027-12-31"), Reach(person_id=person), TODAY)
    owed = sorted((one.state, one.due_on) for one in found if one.version.code == "partnership.contact")
    months = [
        day.replace(year=day.year + (day.month > 9), month=(day.month + 2) % 12 + 1) for day in (ARRIVED, TODAY - DAY)
    ]
    assert owed == [("met", months[0]), ("upcoming", months[1])]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("until_on", {"until_on": FROM - DAY}),
        ("until_on", {"until_on": TODAY - DAY}),
        ("until_on", {"until_on": TODAY + 301 * DAY}),
        ("until_on", {"starts_on": TODAY - 31 * DAY}),
        ("answer_by", {"answer_by": TODAY - DAY}),
        ("reason", {"reason": "  "}),
        ("to", {"to": "nobody"}),
        ("person", {"person_id": uuid.UUID(int=7)}),
    ],
)
async def test_an_offer_that_cannot_be_is_refused_by_name(lent: Lending, field: str, more: dict[str, Any]) -> None:
    asked = replace(Offer(await lent.member(), FROM, UNTIL, "到企业实习"), **more)
    with pytest.raises(InvalidInput) as wrong:
        await lent.do(lent.world.home, offer, lent.space, asked)
    assert wrong.value.field == field


async def test_what_is_not_ones_own_or_not_now_is_refused(lent: Lending) -> None:
    person, home, host = await lent.member(), lent.world.home, lent.world.host
    case = await lent.offered(person)
    await refused("attached_already", lent.offered(person))
    await refused("case_side", lent.do(home, accept, case.id, contact="自己"))
    await refused("case_side", lent.do(host, withdraw, case.id, "替对方撤回"))
    await refused("no_guest", lent.do(host, mark_guest, case.id, await lent.held(TODAY, "theme_day"), "present"))
    async with lent.platform.database.session(host.tenant.id) as session:
        await organization(session, "001009", parent=host.branch, abolished_on=TODAY)
        await organization(session, f"9{uuid.uuid4().hex[:4]}", name="别的支部")
    for code in ("001009", "没有"):
        with pytest.raises(InvalidInput) as wrong:
            await lent.do(host, accept, case.id, contact="李书记", organization=code)
        assert wrong.value.field == "organization"
    await lent.do(host, refuse, case.id, "没有名额")
    await lent.carry()
    assert await lent.states(case) == ("refused", "refused")
    assert (await lent.seen(home, case)).steps[-1].note == "没有名额"


async def test_attendance_lies_within_the_guests_days(lent: Lending) -> None:
    case, host = await lent.hosted(), lent.world.host
    before = await lent.held(ARRIVED - DAY, "theme_day")
    inside = await lent.held(ARRIVED, "theme_day")
    for meeting, mark, field in ((before, "present", "meeting"), (inside, "asleep", "mark")):
        with pytest.raises(InvalidInput) as wrong:
            await lent.do(host, mark_guest, case.id, meeting, mark)
        assert wrong.value.field == field
    with pytest.raises(InvalidInput):
        await lent.do(host, give_back, case.id, ARRIVED - DAY)


async def test_somebody_who_has_left_is_no_member_to_lend(lent: Lending) -> None:
    person = await lent.member("陈走")
    async with lent.platform.database.session(lent.world.home.tenant.id) as session:
        await session.execute(update(Membership).where(Membership.person_id == person).values(until=TODAY))
    with pytest.raises(InvalidInput) as wrong:
        await lent.do(lent.world.home, offer, lent.space, Offer(person, FROM, UNTIL, "实习"))
    assert wrong.value.field == "person"
