"""`zhibu space` as it is typed: proposed, changed, signed, published, revoked, the ledger; and what is wrong, refused by a sentence
that names it, with nothing lost.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import text

from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_partnership.joint.inviting import accept, invite
from zhibu_partnership.joint.recording import change
from zhibu_partnership.joint.sharing import asked_share
from zhibu_partnership.joint.words import Agreed
from zhibu_testing.agreeing import NOTE, Side, World, opened
from zhibu_testing.commanding import Said, started, typed
from zhibu_testing.crossing.killing import Couriers, couriers
from zhibu_testing.factories import organization
from zhibu_testing.fixtures import TODAY, TestDatabase

pytestmark = pytest.mark.drills
DRAFT = """title = "读书共建"
purpose = "{purpose}"
organizations = ["{own}"]
others = [{{ slug = "{slug}", code = "{code}" }}]
starts_on = {starts}
ends_on = {ends}

[[shares]]
kind = "example.note"
fields = [{{ key = "book", reason = "互相推荐书目" }}, {{ key = "read_on", reason = "安排时间" }}]
"""
ENDED = text("update space set starts_on = :day, ends_on = :day where tenant_id = :t and id = :space")
ABOLISHED = text("update organization set abolished_on = :day where tenant_id = :t and code = '009'")


class Desk(NamedTuple):
    """Two sides, whose secretaries may sign, and what carries between them."""

    world: World
    database: TestDatabase
    couriers: Couriers
    folder: Any
    note: uuid.UUID

    def draft(self, mine: Side, theirs: Side, **given: Any) -> str:
        """A file with an agreement's words."""
        usual = {
            "purpose": "一起读书", "own": mine.branch.code, "slug": theirs.tenant.slug, "code": theirs.branch.code,
            "starts": TODAY, "ends": TODAY + dt.timedelta(days=90),
        }  # fmt: skip
        path = self.folder / f"{uuid.uuid4().hex}.toml"
        path.write_text(DRAFT.format(**(usual | given)), encoding="utf-8")
        return str(path)

    def zhibu(self, side: Side, *words: object, by: Callable[..., Said] = started) -> list[str]:
        """Types `zhibu space …` as this side's secretary; the words of its last line."""
        command, *more = map(str, words)
        named = [] if command in ("ledger", "list", "diff", "cases") else ["--as", side.who.actor.name]  # type: ignore[union-attr]
        done = by(self.database, "space", command, *more, "--tenant", side.tenant.slug, *named)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        return lines[-1].split("\t") if lines else []

    def refused(self, side: Side, *words: object) -> str:
        """What the command says when it refuses; its code is the documented one, and it says nothing on standard output."""
        command, *more = map(str, words)
        done = typed(self.database, "space", command, *more, "--tenant", side.tenant.slug, "--as", side.who.actor.name)  # type: ignore[union-attr]
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr

    def ledger(self, side: Side, space: str) -> list[dict[str, Any]]:
        """This side's lines of what crossed."""
        done = typed(self.database, "space", "ledger", space, "--tenant", side.tenant.slug, "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def state(self, side: Side, space: str) -> str:
        """How the agreement stands there."""
        done = typed(self.database, "space", "list", "--tenant", side.tenant.slug, "--json")
        return next(line["state"] for line in map(json.loads, done.stdout.splitlines()) if line["id"] == space)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(platform: Platform) -> World:
    """Two sides with a secretary each, and an organization of the host's that is no more."""
    made = await opened(platform)
    for side in made.sides:
        async with platform.database.session(side.tenant.id) as session:
            role = {"person_id": side.who.person(), "role": "secretary", "node_id": None, "since": TODAY}
            session.add(RoleGrant(id=new_id(), **role))
            await organization(session, "009", name="已撤销支部")
            await session.execute(ABOLISHED, {"t": side.tenant.id, "day": TODAY - dt.timedelta(days=9)})
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def note(world: World) -> uuid.UUID:
    """A reading note of home's."""
    return await world.note(world.home)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def agreed(world: World) -> str:
    """An agreement that both have signed."""
    return str(await world.agreed())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def over(world: World, note: uuid.UUID) -> str:
    """One whose last day is over at home, after something has crossed."""
    space, day = await world.agreed(), TODAY - dt.timedelta(days=1)
    await world.published(world.home, space, note)
    await world.carry()
    async with world.platform.database.session(world.home.tenant.id) as session:
        await session.execute(ENDED, {"t": world.home.tenant.id, "space": space, "day": day})
    return str(space)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def differing(world: World) -> str:
    """A joint activity that the host says was a day later."""
    space = await world.agreed(shares=(asked_share(),), starts_on=TODAY - dt.timedelta(days=9))
    words = Agreed("联合主题党日", ("theme_day",), TODAY - dt.timedelta(days=2), "14:30", "16:00", "花溪校区")

    async def do(side: Side, work: Any, *given: Any) -> Any:
        async with world.platform.database.session(side.tenant.id) as session:
            return await work(world.platform, session, side.who, *given)

    ours = await do(world.home, invite, space, words)
    await world.carry()
    theirs = await do(world.host, accept, space, ours.series)
    await do(world.host, change, theirs.id, replace(words, held_on=TODAY - dt.timedelta(days=1)))
    await world.carry()
    return str(space)


@pytest.fixture(scope="module")
def desk(
    world: World, note: uuid.UUID, test_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Where one types."""
    with couriers(test_database, *(side.tenant for side in world.sides)) as found:
        yield Desk(world, test_database, found, tmp_path_factory.mktemp("drafts"), note)


def test_from_a_proposal_to_its_end(desk: Desk) -> None:
    """Every step is a process of its own, as somebody types it at a terminal."""
    home, host = desk.world.home, desk.world.host
    space, first = desk.zhibu(home, "propose", "--file", desk.draft(home, host))
    desk.couriers.carry()
    draft = desk.draft(host, home, purpose="一起读书，每月一本")
    (second,) = desk.zhibu(host, "change", space, "--file", draft, "--note", "写明次数")
    desk.couriers.carry()
    said = started(desk.database, "space", "diff", space, "--tenant", home.tenant.slug).stdout
    assert "purpose\t一起读书\t一起读书，每月一本" in said
    assert "文本已有新的改动" in desk.refused(home, "sign", space, "--version", first)
    for side in (home, host):
        desk.zhibu(side, "sign", space, "--version", second, "--for", side.branch.name)
        desk.couriers.carry()
    assert desk.state(home, space) == desk.state(host, space) == "in_force"
    (envelope,) = desk.zhibu(home, "publish", space, "--kind", NOTE, "--record", desk.note, "--field", "book")
    desk.couriers.carry()
    for side, direction, state in ((home, "out", "delivered"), (host, "in", "accepted")):
        line = next(one for one in desk.ledger(side, space) if one["kind"] == NOTE)
        assert (line["id"], line["direction"], line["state"], line["fields"]) == (envelope, direction, state, ["book"])
        assert "共产党宣言" not in json.dumps(line, ensure_ascii=False), (
            "the operator sees what crossed, and no words of it"
        )
    assert desk.zhibu(host, "revoke", space, "--reason", "约定的事项已经完成") == ["revoked"]
    desk.couriers.carry()
    assert desk.state(home, space) == "revoked"
    assert {"core.closed", "core.erased"} <= {one["kind"] for one in desk.ledger(home, space)}
    assert desk.zhibu(home, "cases") == []


def test_what_is_wrong_with_an_agreement_is_named(desk: Desk) -> None:
    home, host = desk.world.home, desk.world.host
    before = desk.zhibu(home, "list", by=typed)

    def proposed(**given: Any) -> str:
        return desk.refused(home, "propose", "--file", desk.draft(home, host, **given))

    early = TODAY - dt.timedelta(days=1)
    assert proposed(ends=early) == f"zhibu: 结束日期 {early} 早于开始日期 {TODAY}。 (ends_on)\n"
    assert "“已撤销支部”已于 2026-10-22 撤销，不能作为协议方。 (organizations)" in proposed(own="009")
    assert "没有找到组织“没有这个”。 (organizations)" in proposed(own="没有这个")
    assert desk.zhibu(home, "list", by=typed) == before, "nothing was written"
    space, version = desk.zhibu(home, "propose", "--file", desk.draft(home, host, code="009"), by=typed)
    desk.couriers.carry()
    assert [(one["state"], one["problem"]) for one in desk.ledger(home, space)] == [("refused", "party_abolished")]
    named = desk.refused(home, "sign", space, "--version", version, "--for", host.branch.name)
    assert named == f"zhibu: 不能替“{host.branch.name}”签字：协议要由对方自己的人签。 (organization)\n"
    assert desk.state(home, space) == "proposed"


def test_what_may_not_cross_is_named_and_nothing_goes_out(desk: Desk, agreed: str, over: str) -> None:
    home = desk.world.home
    before = desk.ledger(home, agreed)
    published = ("publish", agreed, "--kind", NOTE, "--record")
    said = desk.refused(home, *published, desk.note, "--field", "book", "--field", "thought")
    assert said == "zhibu: 协议没有约定共享“读书分享”的“thought”。 (fields)\n"
    assert "没有可以按这份协议共享的这条记录" in desk.refused(home, *published, uuid.uuid4())
    kind = desk.refused(home, "publish", agreed, "--kind", "orglife.meeting", "--record", desk.note)
    assert kind == "zhibu: 协议没有约定由本单位共享“组织生活”。 (kind)\n"
    assert desk.ledger(home, agreed) == before
    late = desk.refused(home, "publish", over, "--kind", NOTE, "--record", desk.note)
    assert late == "zhibu: 协议已经终止或到期，不能再共享。\n"
    assert desk.state(home, over) == "in_force", "which the calendar ends, and what crossed stays in the ledger"
    assert [one["state"] for one in desk.ledger(home, over) if one["kind"] == NOTE] == ["delivered"]


def test_an_activity_whose_days_differ_is_shown_by_its_field(desk: Desk, differing: str) -> None:
    home, host = desk.world.home, desk.world.host
    for side, other, day in ((home, host, TODAY - dt.timedelta(days=2)), (host, home, TODAY - dt.timedelta(days=1))):
        done = typed(desk.database, "partnership", "activities", "--tenant", side.tenant.slug, "--json")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(one["held_on"], one["differs"]) for one in lines] == [(str(day), [f"{other.tenant.name}：日期"])], (
            differing
        )
