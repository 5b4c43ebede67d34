"""Joint activities: one invitation, a record on each side, two confirmations, facts at home; alone where the other is away."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.errors import Conflict, InvalidInput, NotFound, ZhibuError
from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.ending import revoke
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.joint.inviting import accept, cancel, decline, invite
from zhibu_partnership.joint.keeping import tell
from zhibu_partnership.joint.reading import activities_of, invitations_for, joint_of
from zhibu_partnership.joint.recording import adopt, change, close_one_sided, confirm
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.models import Activity
from zhibu_partnership.plan.outcome import outcomes_of
from zhibu_tenants.enablement import switch
from zhibu_tenants.life.states import change_state
from zhibu_testing.fixtures import TODAY

DAY = TODAY - dt.timedelta(days=2)
WORDS = Agreed("联合主题党日", ("theme_day",), DAY, "14:30", "16:00", "花溪校区", "参观校史馆")


async def invited(pair: Any, words: Agreed = WORDS) -> tuple[Any, Any]:
    """An activity that the other side has accepted: the record of each."""
    ours = await pair.home.do(invite, pair.space, words)
    await pair.carry()
    theirs = await pair.other.do(accept, pair.space, ours.series)
    await pair.carry()
    return ours, theirs


async def seen(side: Any, activity: Any) -> Any:
    async with side.session() as session:
        return await joint_of(session, side.who, activity.id)


def kinds(facts: list[Any]) -> list[str]:
    return [kind for kind, _, _ in facts]


async def test_two_confirm_one_record_and_it_counts_at_both_homes(pair: Any) -> None:
    ours, theirs = await invited(pair)
    await pair.home.do(confirm, ours.id, pair.home.people)
    await pair.carry()
    assert (await seen(pair.home, ours)).activity.state == "invited", "one confirmation is not enough"
    assert await pair.home.facts() == []
    await pair.other.do(confirm, theirs.id, pair.other.people[:1])
    await pair.carry()
    for side, activity, there in ((pair.home, ours, 3), (pair.other, theirs, 1)):
        joint = await seen(side, activity)
        assert (joint.activity.state, joint.activity.settled_on, joint.differences) == ("settled", TODAY, [])
        facts = await side.facts()
        assert kinds(facts) == ["activity", *["attendance"] * there, "co_building", "theme_day"]
        assert {person for _, person, _ in facts} - {None} <= set(side.people)
        assert {day for _, _, day in facts} == {DAY}
    assert [one.people for one in (await seen(pair.home, ours)).sides] == [1]
    async with pair.home.session() as session:
        (outcome,) = await outcomes_of(session, pair.home.who)
    assert (outcome.year, outcome.held, outcome.together, outcome.people) == (DAY.year, 1, 1, 3)
    assert outcome.partners == (pair.other.tenant.name,)
    with pytest.raises(Conflict):
        await pair.home.do(change, ours.id, WORDS)


async def test_days_that_differ_are_shown_and_settled_by_people(pair: Any) -> None:
    ours, theirs = await invited(pair)
    other_day = replace(WORDS, held_on=DAY + dt.timedelta(days=1), place="东区")
    await pair.home.do(confirm, ours.id, pair.home.people)
    await pair.other.do(confirm, theirs.id, pair.other.people, agreed=other_day)
    await pair.carry()
    joint = await seen(pair.home, ours)
    ((side, found),) = joint.differences
    assert side.name == pair.other.tenant.name
    assert [(one.field, one.ours, one.theirs) for one in found] == [
        ("held_on", DAY, DAY + dt.timedelta(days=1)), ("place", "花溪校区", "东区"),
    ]  # fmt: skip
    assert await pair.home.facts() == await pair.other.facts() == []
    await pair.home.do(adopt, ours.id, side.slug, ["held_on"])
    assert (await seen(pair.home, ours)).activity.confirmed_digest is None, "other words are not confirmed yet"
    await pair.carry()
    ((_, left),) = (await seen(pair.other, theirs)).differences
    assert [one.field for one in left] == ["place"]
    await pair.other.do(adopt, theirs.id, (await seen(pair.other, theirs)).sides[0].slug, ["place"])
    for one, activity in ((pair.home, ours), (pair.other, theirs)):
        await one.do(confirm, activity.id, one.people)
    await pair.carry()
    assert (await seen(pair.home, ours)).activity.state == (await seen(pair.other, theirs)).activity.state == "settled"
    assert {day for _, _, day in await pair.home.facts()} == {DAY + dt.timedelta(days=1)}


@pytest.mark.parametrize("away", ["plugin off", "suspended", "revoked"])
async def test_one_side_is_away_and_the_other_keeps_its_record(pair: Any, away: str) -> None:
    ours, theirs = await invited(pair)
    platform = pair.home.platform
    if away == "plugin off":
        async with pair.other.session() as session:
            await switch(platform, session, Scope(pair.other.tenant, frozenset()), "partnership", on=False)
    elif away == "suspended":
        await change_state(platform, pair.other.tenant, "suspended")
    else:
        async with pair.other.session() as session:
            await revoke(session, pair.other.who, pair.space, "换了合作方向")
        await pair.carry()
    with pytest.raises(Conflict):
        await pair.home.do(close_one_sided, ours.id, "对方暂时不能办理")
    await pair.home.do(confirm, ours.id, pair.home.people)
    await pair.home.do(close_one_sided, ours.id, "对方暂时不能办理")
    await pair.carry()
    joint = await seen(pair.home, ours)
    assert (joint.activity.state, joint.activity.reason) == ("one_sided", "对方暂时不能办理")
    assert kinds(await pair.home.facts()) == ["activity", *["attendance"] * 3, "co_building", "theme_day"]
    if away == "revoked":
        assert [one.said for one in joint.sides] == [None], "what they said is gone with the agreement"
        return
    if away == "plugin off":
        async with pair.other.session() as session:
            await switch(platform, session, Scope(pair.other.tenant, frozenset()), "partnership", on=True)
    else:
        await change_state(platform, pair.other.tenant, "open")
    await pair.home.do(_tell_again, ours.id)
    await pair.other.do(confirm, theirs.id, pair.other.people)
    await pair.carry()
    assert (await seen(pair.other, theirs)).activity.state == "settled"
    assert (await seen(pair.home, ours)).activity.state == "settled", "completed later"
    assert kinds(await pair.home.facts()) == ["activity", *["attendance"] * 3, "co_building", "theme_day"]


async def _tell_again(platform: Any, session: Any, who: Any, activity_id: Any) -> None:
    from zhibu_partnership.joint.keeping import tell
    from zhibu_partnership.joint.reading import activity_of

    assert await tell(platform, session, who, (await activity_of(session, who, activity_id))[0])


async def test_the_ledger_says_it_once(pair: Any) -> None:
    """A meeting that is recorded for the same day says it instead of us; when it is withdrawn, we say it again."""
    ours, theirs = await invited(pair)
    await pair.home.do(confirm, ours.id, pair.home.people)
    await pair.other.do(confirm, theirs.id, pair.other.people)
    await pair.carry()
    before, meeting = await pair.home.facts(), new_id()
    draft = FactDraft("co_building", pair.home.branch.id, DAY, "meeting", meeting)
    async with pair.home.session() as session:
        await write_facts(session, [draft], source="orglife", written_by=None)
        await publish(session, "meeting.approved", "meeting", meeting)
    await pair.carry()
    assert await pair.home.facts() == []
    async with pair.home.session() as session:
        await end_facts(session, [meeting], "retracted", note="", ended_by=None)
        await publish(session, "meeting.withdrawn", "meeting", meeting)
    await pair.carry()
    assert await pair.home.facts() == before
    assert len(await pair.other.facts()) == len(before)


async def test_an_invitation_is_answered_once(pair: Any) -> None:
    ours = await pair.home.do(invite, pair.space, WORDS)
    await pair.carry()
    async with pair.other.session() as session:
        (found,) = await invitations_for(session, pair.other.who)
        assert (found.said, found.from_name) == (WORDS, pair.home.tenant.name)
        assert await activities_of(session, pair.other.who) == [], "nothing is ours before somebody answers"
    async with pair.home.session() as session:
        assert await invitations_for(session, pair.home.who) == []
    await pair.other.do(decline, pair.space, ours.series, "当天有换届会")
    await pair.carry()
    assert [one.state for one in (await seen(pair.home, ours)).sides] == ["declined"]
    with pytest.raises(Conflict):
        await pair.other.do(accept, pair.space, ours.series)
    await pair.home.do(cancel, ours.id, "对方不能来")
    with pytest.raises(Conflict):
        await pair.home.do(confirm, ours.id, [])


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (replace(WORDS, title=" "), "title"),
        (replace(WORDS, kinds=("party",)), "kinds"),
        (replace(WORDS, starts_at="25:00"), "starts_at"),
        (replace(WORDS, ends_at="14:30"), "ends_at"),
        (replace(WORDS, held_on=TODAY - dt.timedelta(days=31)), "held_on"),
        (replace(WORDS, held_on=TODAY + dt.timedelta(days=301)), "held_on"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(pair: Any, words: Agreed, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await pair.home.do(invite, pair.space, words)
    assert refused.value.field == field
    async with pair.home.session() as session:
        assert await activities_of(session, pair.home.who) == []


async def test_nothing_is_confirmed_before_its_day_or_with_strangers(pair: Any) -> None:
    ours, theirs = await invited(pair, replace(WORDS, held_on=TODAY + dt.timedelta(days=1)))
    for side, activity, people in ((pair.home, ours, []), (pair.other, theirs, [])):
        with pytest.raises(InvalidInput, match="还没有举行"):
            await side.do(confirm, activity.id, people)
    held, _ = await invited(pair)
    with pytest.raises(InvalidInput) as refused:
        await pair.home.do(confirm, held.id, pair.other.people)
    assert refused.value.field == "people"
    with pytest.raises(ZhibuError):
        await pair.other.do(confirm, held.id, [])


async def test_words_that_no_record_can_have_are_no_invitation_and_nothing_to_take_over(pair: Any) -> None:
    """The other side's rows are its own: its product would not write these, and ours does not trip over them."""
    ours, theirs = await invited(pair)
    second = await pair.home.do(invite, pair.space, replace(WORDS, title="第二次"))
    for key in (ours.id, second.id):
        async with pair.home.session() as session:
            row = (await session.scalars(select(Activity).where(Activity.id == key))).one()
            row.starts_at = "下午"
            await tell(pair.home.platform, session, pair.home.who, row)
    await pair.carry()
    joint = await seen(pair.other, theirs)
    assert (joint.sides[0].said, joint.differences) == (None, [])
    with pytest.raises(NotFound):
        await pair.other.do(adopt, theirs.id, pair.home.tenant.slug, ["starts_at"])
    async with pair.other.session() as session:
        assert await invitations_for(session, pair.other.who) == []
