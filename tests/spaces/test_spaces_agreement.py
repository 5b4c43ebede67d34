"""Proposing, changing and signing: every version kept, both sides say the same, and what is wrong is refused by name."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from zhibu_core.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated, ZhibuError
from zhibu_core.spaces.agreements import ASKS_SECOND_FACTOR, change, propose, sign
from zhibu_core.spaces.crossings import open_cases
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.fixtures import TODAY

NOTE, DAY = "example.note", dt.timedelta(days=1)
World = Any


async def wholes(world: World, space_id: uuid.UUID) -> list[Any]:
    """The agreement as each side has it."""
    found = []
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            found.append(await whole_of(session, side.who, space_id))
    return found


async def changed_by(world: World, side: Any, space_id: uuid.UUID, **values: Any) -> None:
    """This side sends other words."""
    other = world.host if side is world.home else world.home
    async with world.platform.database.session(side.tenant.id) as session:
        await change(world.platform, session, side.who, space_id, world.proposal(side, other, **values), note="改期")


async def test_what_either_side_changes_is_seen_by_both_and_holds_once_both_have_signed(world: World) -> None:
    space_id = await world.agreed()
    await changed_by(
        world, world.host, space_id, ends_on=TODAY + 30 * DAY, shares=(AskedShare(NOTE, (AskedField("book", "互荐"),)),)
    )
    await world.carry()
    home, host = await wholes(world, space_id)
    assert [one.number for one in home.versions] == [one.number for one in host.versions] == [2, 1]
    assert home.space.ends_on == TODAY + 90 * DAY
    assert home.waits_for_own
    paths = {one.path: (one.before, one.after) for one in home.changes(home.newest)}
    assert paths == {
        "ends_on": (str(TODAY + 90 * DAY), str(TODAY + 30 * DAY)),
        f"shares.{NOTE}.fields.book": ("互相推荐书目", "互荐"),
        f"shares.{NOTE}.fields.read_on": ("安排时间", None),
    }
    for side in (world.host, world.home):
        await world.signed_by(side, space_id)
    for whole in await wholes(world, space_id):
        assert whole.space.ends_on == TODAY + 30 * DAY
        assert whole.in_force.number == 2
        assert {one.signer for one in whole.signatures} == {world.home.who.actor.name, world.host.who.actor.name}


async def test_what_signing_would_change_is_told_against_what_holds(world: World) -> None:
    """A change behind a smaller one, that nobody signed, is still told to whoever signs; and who made it, with their tenant's name."""
    space_id = await world.agreed()
    await changed_by(world, world.home, space_id, ends_on=TODAY + 30 * DAY)
    await changed_by(world, world.home, space_id, ends_on=TODAY + 30 * DAY, purpose="乙")
    await world.carry()
    _, host = await wholes(world, space_id)
    assert {one.path for one in host.changes(host.newest)} == {"purpose"}
    assert {one.path for one in host.pending} == {"purpose", "ends_on"}
    home = world.home.tenant
    assert host.named(host.newest.made_by_party, "某人") == f"{home.name} 某人"


async def test_two_who_change_at_once_come_to_the_same_words(world: World) -> None:
    space_id = await world.proposed()
    await changed_by(world, world.home, space_id, purpose="甲")
    await changed_by(world, world.host, space_id, purpose="乙")
    await world.carry()
    home, host = await wholes(world, space_id)
    assert home.newest.digest == host.newest.digest
    assert len(home.versions) == len(host.versions) == 3
    for side in (world.home, world.host):
        await world.signed_by(side, space_id)
    assert {one.space.state for one in await wholes(world, space_id)} == {"in_force"}


async def test_what_new_words_no_longer_name_goes_from_the_copies(world: World) -> None:
    space_id = await world.agreed()
    note = await world.note(world.home)
    async with world.platform.database.session(world.home.tenant.id) as session:
        await publish_records(world.platform, session, world.home.who, space_id, NOTE, [note])
    await world.carry()
    await changed_by(world, world.host, space_id, shares=(AskedShare(NOTE, (AskedField("read_on", "安排时间"),)),))
    await world.carry()
    for side in (world.home, world.host):
        await world.signed_by(side, space_id)
    assert await world.records(world.host, space_id) == [{"read_on": "2026-10-30"}]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an end before the start": ({"ends_on": TODAY - DAY}, "ends_on"),
    "an end that has gone by": ({"starts_on": TODAY - 9 * DAY, "ends_on": TODAY - DAY}, "ends_on"),
    "a review outside the term": ({"review_on": TODAY - DAY}, "review_on"),
    "no purpose": ({"purpose": " "}, "purpose"),
    "an unknown organization": ({"organizations": ("999",)}, "organizations"),
    "nobody else": ({"others": ()}, "parties"),
    "an unknown kind": ({"shares": (AskedShare("example.book", (AskedField("title", "x"),)),)}, "shares"),
    "an undeclared field": ({"shares": (AskedShare(NOTE, (AskedField("written_by", "x"),)),)}, "shares"),
    "no reason for a field": ({"shares": (AskedShare(NOTE, (AskedField("book", " "),)),)}, "shares"),
    "personal data without a basis": (
        {"shares": (AskedShare("orglife.meeting", (AskedField("files", "存档"),)),)},
        "shares",
    ),
    "a giver who is no party": ({"shares": (AskedShare(NOTE, (AskedField("book", "x"),), ("nobody",)),)}, "shares"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_proposal_that_cannot_be_is_refused_by_the_field(world: World, name: str) -> None:
    values, field = WRONG[name]
    async with world.platform.database.session(world.home.tenant.id) as session:
        with pytest.raises(InvalidInput) as caught:
            await propose(world.platform, session, world.home.who, world.proposal(world.home, world.host, **values))
    assert caught.value.field == field


async def test_a_party_that_is_abolished_or_not_there_is_named_on_both_sides(world: World) -> None:
    async with world.platform.database.session(world.home.tenant.id) as session:
        branch = await session.merge(world.home.branch)
        branch.abolished_on = TODAY - DAY
        with pytest.raises(InvalidInput) as caught:
            await propose(world.platform, session, world.home.who, world.proposal(world.home, world.host))
        assert caught.value.code == "space_party_abolished"
        branch.abolished_on = None
    space_id = await world.proposed(others=(Other(world.host.tenant.slug, code="404"),))
    async with world.platform.database.session(world.home.tenant.id) as session:
        assert (await whole_of(session, world.home.who, space_id)).space.state == "proposed"
        assert [one.problem for one in await world.lines(world.home, space_id)] == ["party_unknown"]
    async with world.platform.database.session(world.host.tenant.id) as session:
        with pytest.raises(NotFound):
            await whole_of(session, world.host.who, space_id)


async def _for_the_other(world: World, session: Any, who: Any, whole: Any) -> Any:
    return await sign(session, who, whole.space.id, whole.newest.id, organization=world.host.branch.name)


async def _by_nobody(world: World, session: Any, who: Any, whole: Any) -> Any:
    return await sign(session, replace(who, actor=None, grants=()), whole.space.id, whole.newest.id)


async def _without_the_power(world: World, session: Any, who: Any, whole: Any) -> Any:
    grants = tuple(replace(one, actions=one.actions - {"space.sign"}) for one in who.grants)
    return await sign(session, replace(who, grants=grants), whole.space.id, whole.newest.id)


async def _without_a_second_factor(world: World, session: Any, who: Any, whole: Any) -> Any:
    session.add(TenantSetting(id=new_id(), key=ASKS_SECOND_FACTOR, value={"value": True}))
    return await sign(session, replace(who, is_strong=False), whole.space.id, whole.newest.id)


async def _twice(world: World, session: Any, who: Any, whole: Any) -> Any:
    await sign(session, who, whole.space.id, whole.newest.id)
    return await sign(session, who, whole.space.id, whole.newest.id)


async def _other_words(world: World, session: Any, who: Any, whole: Any) -> Any:
    return await sign(session, who, whole.space.id, new_id())


async def _before_signing(world: World, session: Any, who: Any, whole: Any) -> Any:
    return await publish_records(world.platform, session, who, whole.space.id, NOTE, [new_id()])


async def _without_a_reason(world: World, session: Any, who: Any, whole: Any) -> Any:
    return await revoke(session, who, whole.space.id, "  ")


REFUSED: dict[str, tuple[Callable[..., Awaitable[Any]], type[ZhibuError], str]] = {
    "signing for the other side": (_for_the_other, InvalidInput, "space_other_side"),
    "signing without a person": (_by_nobody, Unauthenticated, "sign_in"),
    "signing without the power": (_without_the_power, Forbidden, "forbidden"),
    "signing without the second factor that is asked for": (_without_a_second_factor, Forbidden, "second_factor"),
    "signing twice": (_twice, Conflict, "space_signed"),
    "signing other words": (_other_words, Conflict, "space_version"),
    "publishing before all have signed": (_before_signing, Conflict, "space_not_signed"),
    "revoking without a reason": (_without_a_reason, InvalidInput, "space_reason"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_may_not_be_is_refused_by_name(world: World, name: str) -> None:
    act, kind, code = REFUSED[name]
    space_id = await world.proposed()
    async with world.platform.database.session(world.home.tenant.id) as session:
        whole = await whole_of(session, world.home.who, space_id)
        with pytest.raises(kind) as caught:
            await act(world, session, world.home.who, whole)
        await session.rollback()
    assert caught.value.code == code
    assert [one.space.state for one in await wholes(world, space_id)] == ["proposed", "proposed"]


async def test_publishing_what_was_not_agreed_or_after_the_end_is_refused(world: World) -> None:
    space_id = await world.agreed()
    note, foreign = await world.note(world.home), await world.note(world.host)
    tomorrow = replace(world.home.who, tenant=replace(world.home.tenant, today=TODAY + 91 * DAY))
    tries: list[tuple[Any, dict[str, Any], str]] = [
        (world.home.who, {"ids": [note], "fields": ["book", "thought"]}, "space_fields"),
        (world.home.who, {"ids": [note], "kind": "orglife.meeting"}, "space_kind"),
        (world.home.who, {"ids": [foreign]}, "space_record"),
        (world.home.who, {"ids": [note], "to": [world.third.tenant.id]}, "space_to"),
        (tomorrow, {"ids": [note]}, "space_over"),
    ]
    for who, given, code in tries:
        async with world.platform.database.session(world.home.tenant.id) as session:
            asked = {"kind": NOTE, **given}
            with pytest.raises(ZhibuError) as caught:
                await publish_records(
                    world.platform, session, who, space_id, asked.pop("kind"), asked.pop("ids"), **asked
                )
        assert caught.value.code == code
    async with world.platform.database.session(world.home.tenant.id) as session:
        assert not await open_cases(session, world.home.who)


async def test_the_calendar_ends_it_on_each_side_and_the_copies_go(world: World) -> None:
    from zhibu_core.spaces.upkeep import keep_up

    space_id = await world.agreed()
    note = await world.note(world.home)
    async with world.platform.database.session(world.home.tenant.id) as session:
        await publish_records(world.platform, session, world.home.who, space_id, NOTE, [note])
    await world.carry()
    later = replace(world.host.tenant, today=TODAY + 91 * DAY)
    assert await world.records(world.host, space_id, replace(world.host.who, tenant=later)) == []
    assert await keep_up(world.platform, later) >= 1
    await world.carry()
    async with world.platform.database.session(world.home.tenant.id) as session:
        whole = await whole_of(session, world.home.who, space_id)
    assert whole.space.state == "in_force"
    assert all(one.confirmed_at for one in whole.parties if not one.is_own)
    async with world.platform.database.session(world.host.tenant.id) as session:
        whole = await whole_of(session, world.host.who, space_id)
    assert (whole.space.state, whole.space.close_reason, whole.space.erased_count) == ("ended", "expired", 1)
