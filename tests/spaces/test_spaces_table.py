"""Who reads what of another tenant: each field of each kind that can be published, before signing, in force, expired, revoked, on
every road that there is. A kind that a plugin declares enters by itself, or the test says that it has no example.
"""

import itertools
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from zhibu_core.identity.staff import COVERS, open_staff_session
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.sharing import CASE_KEYS
from zhibu_core.spaces.declared import Shareable, ShareField
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.models import SpaceCopy
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.removing import COPY_FILE
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_tenants.powers.staff_entries import ask_to_enter
from zhibu_tenants.staff import add_staff, find_staff, remove_staff
from zhibu_testing.agreeing import Side, World, opened
from zhibu_testing.browsing import EVERY_ROLE, app_of, sign_in
from zhibu_testing.crossing.examples import EXAMPLES, declared_everywhere
from zhibu_testing.crossing.roads import HERE, ROADS, Found, Reader, Sent, StaffBrowser
from zhibu_testing.factories import member

pytestmark = pytest.mark.drills
TABLE = """
                  home   host   third   off   operator
before signing    -      -      -       -     -
in force          -      read   -       kept  -
expired           -      kept   -       kept  -
revoked           -      -      -       -     -
"""
"""Home gave it to the host. "off": the host with the plugin switched off; "operator": the platform's staff inside the host, with
everything that an entry can cover. "kept": it stands in the side's own rows, and nobody reads it there but its own archive.
"""

BY = {
    "-": frozenset[str](),
    "kept": frozenset({"sql", "archive"}),
    "read": frozenset({"sql", "archive", "graphql", "pages", "files"}),
}
"""By which roads. Nothing of another tenant's is ever found by search, or goes out by the exports desk."""

READERS, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = {
    " ".join(line[: -len(READERS)]): dict(zip(READERS, line[-len(READERS) :], strict=True)) for line in LINES
}  # fmt: skip
PARTS = (0, 1)
"""Of each kind, one agreement names every other field, and a second one the rest: each field is agreed once, and once not."""

OVER = text(
    "update space set ends_on = starts_on - 1, starts_on = starts_on - 9 where tenant_id = :t and id = any(:ids)"
)


@dataclass(frozen=True)
class Table:
    """Everything that crossed, and everything that anybody found: by reader and road."""

    spaces: dict[str, list[uuid.UUID]]
    agreed: dict[uuid.UUID, set[tuple[str, str]]]
    declared: dict[str, Shareable]
    found: dict[tuple[str, str], Found]

    def expected(self, state: str, reader: str, road: str) -> Found:
        """What the table says."""
        if road not in BY[CELLS[state][reader]]:
            return set()
        return {
            (space, kind, key) for space in self.spaces[state] for kind, key in self.agreed[space]
            if road not in _never(self.declared[kind].by_key[key])
        }  # fmt: skip

    def seen(self, state: str, reader: str, road: str) -> Found:
        """What was found of these agreements."""
        return {cell for cell in self.found[reader, road] if cell[0] in self.spaces[state]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def table(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Table]:
    """Sends an example of everything under an agreement in each state, and lets everybody look on every road."""
    declared, world = declared_everywhere(platform), await opened(platform)
    plugins = {kind.partition(".")[0] for kind in declared}
    for side in world.sides:
        await _switch(platform, side, plugins, on=True)
        async with platform.database.session(side.tenant.id) as session:
            await member(session, "王一", side.branch)  # so that each has something of its own to export
    filling = _Filling(world, declared)
    await filling.fill()
    readers, folder = await _readers(world), tmp_path_factory.mktemp("archives")
    sent = await filling.sent(readers["host"])
    await _end(world, filling.spaces)
    found: dict[tuple[str, str], Found] = {}
    for name, reader in readers.items():
        await _switch(platform, world.host, plugins, on=name != "off")
        for road, look in ROADS.items():
            found[name, road] = await look(sent, reader, folder)
    await _switch(platform, world.host, plugins, on=True)
    yield Table(filling.spaces, filling.agreed, declared, found)
    await remove_staff(platform, world.host.tenant.slug)


def _named(one: Shareable, part: int) -> list[ShareField]:
    """The fields that this part's agreement names; without those of the case itself no case crosses at all."""
    always = [field for field in one.fields if one.case and field.key in CASE_KEYS]
    return [*always, *[field for field in one.fields if field not in always][part::2]]


def _never(field: ShareField) -> set[str]:
    """By which of these roads a field never comes: GraphQL has no files and pages no marks for programs."""
    return {"graphql" if field.type == "files" else "files", *(["pages"] if field.is_mark else [])}


class _Filling:
    """Makes the agreements, and sends under each of them an example of every kind."""

    def __init__(self, world: World, declared: dict[str, Shareable]) -> None:
        self.world, self.declared = world, declared
        self.spaces: dict[str, list[uuid.UUID]] = {state: [] for state in CELLS}
        self.agreed: dict[uuid.UUID, set[tuple[str, str]]] = {}
        self.marks: dict[str, tuple[uuid.UUID, str, str]] = {}
        self._numbers = itertools.count()

    async def fill(self) -> None:
        """All agreements are carried together: proposed, signed by each side but those that shall not be, sent under."""
        await self._propose()
        signed = [space for state in CELLS if state != "before signing" for space in self.spaces[state]]
        for side in (self.world.home, self.world.host):
            await self.world.carry()
            for space in signed:
                await self.world.sign(side, space)
        await self.world.carry()
        for space, agreed in self.agreed.items():
            for kind in dict.fromkeys(kind for kind, _ in agreed):
                await self._send(space, kind, is_signed=space in signed)
        await self.world.carry()

    async def _propose(self) -> None:
        for state, part in itertools.product(CELLS, PARTS):
            named = {kind: fields for kind, one in self.declared.items() if (fields := _named(one, part))}
            asked = tuple(
                AskedShare(kind, tuple(AskedField(one.key, "核对", "本人同意", 30) for one in fields))
                for kind, fields in named.items()
            )
            async with self.world.platform.database.session(self.world.home.tenant.id) as session:
                space = (await self.world.propose(session, shares=asked)).id
            self.spaces[state].append(space)
            self.agreed[space] = {(kind, one.key) for kind, fields in named.items() for one in fields}

    async def _send(self, space: uuid.UUID, kind: str, *, is_signed: bool) -> None:
        """Examples of which no field is empty everywhere, so that none is left out unseen."""
        platform, home, one = self.world.platform, self.world.home, self.declared[kind]

        def mark(key: str) -> str:
            word = f"暗记{next(self._numbers):05}"
            self.marks[word] = (space, kind, key)
            return word

        made = await EXAMPLES[kind](platform, home, self.world.host, space, mark)
        async with platform.database.session(home.tenant.id) as session:
            shown = (await one.project(session, home.who, made, frozenset(one.by_key))).values()
            filled = {key for each in shown for key, value in each.values.items() if value not in (None, "", [])}
            filled |= {one.file_field.key for each in shown if one.file_field and each.files}
            empty = sorted(one.by_key.keys() - filled)
            assert not empty, f"the example of {kind} leaves these fields empty: {', '.join(empty)}"
            if is_signed:
                await publish_records(platform, session, home.who, space, kind, made)

    async def sent(self, host: Reader) -> Sent:
        """What came, with the links to its files that are good now."""
        platform, tenant = self.world.platform, self.world.host.tenant
        async with platform.database.session(tenant.id) as session:
            copies = {one.id: (one.space_id, one.kind) for one in await session.scalars(select(SpaceCopy))}
            query = select(File.object_id, File.id).where(File.object_type == COPY_FILE)
            files = [(copy, file) for copy, file in await session.execute(query)]
        links = []
        for copy, file in files:
            answer = await host.browser.get(f"{HERE}/{copies[copy][0]}/records/{copy}/files/{file}")
            links.append(answer.headers["location"])
        everyone = tuple(side.tenant for side in self.world.sides)
        return Sent(
            platform, self.declared, everyone, tuple(self.agreed), copies, tuple(files), tuple(links), self.marks
        )


async def _readers(world: World) -> dict[str, Reader]:
    app, platform, host = app_of(world.platform), world.platform, world.host.tenant
    browsers = {}
    for name in ("home", "host", "third"):
        side: Side = getattr(world, name)
        browsers[name] = await sign_in(app, platform, side.tenant, side.who.person(), EVERY_ROLE)
    await add_staff(platform, "https://staff.test", host.slug, "运维甲")
    async with platform.database.system_session() as system:
        staff = await open_staff_session(system, "https://staff.test", host.slug)
    member = await find_staff(platform, host.slug)
    async with platform.database.session(host.id) as session:
        await ask_to_enter(session, host, member.id, member.name, "核对共享范围是否正确", hours=1, covers=list(COVERS))
    return {
        "home": Reader(world.home.tenant, browsers["home"], is_owner=True),
        "host": Reader(host, browsers["host"]),
        "third": Reader(world.third.tenant, browsers["third"]),
        "off": Reader(host, browsers["host"]),
        "operator": Reader(None, StaffBrowser(app, host, staff=staff.secret)),
    }


async def _end(world: World, spaces: dict[str, list[uuid.UUID]]) -> None:
    host = world.host
    async with world.platform.database.session(host.tenant.id) as session:
        await session.execute(OVER, {"t": host.tenant.id, "ids": spaces["expired"]})
        for space in spaces["revoked"]:
            await revoke(session, host.who, space, "完成")
    await world.carry()


async def _switch(platform: Platform, side: Side, plugins: set[str], *, on: bool) -> None:
    async with platform.database.session(side.tenant.id) as session:
        for plugin in sorted(plugins):
            await switch(platform, session, Scope(side.tenant, frozenset()), plugin, on=on)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("state", CELLS)
async def test_who_reads_what(table: Table, state: str, reader: str) -> None:
    wrong = []
    for road in ROADS:
        expected, seen = table.expected(state, reader, road), table.seen(state, reader, road)
        wrong += [f"{reader} reads {kind}.{key} by {road} ({state})" for _, kind, key in sorted(seen - expected)]
        wrong += [f"{reader} misses {kind}.{key} by {road} ({state})" for _, kind, key in sorted(expected - seen)]
    assert wrong == [], "\n".join(wrong)


async def test_the_table_has_every_field_agreed_once_and_once_not(table: Table) -> None:
    every = {(kind, key) for kind, one in table.declared.items() for key in one.by_key}
    for state, (first, second) in table.spaces.items():
        assert table.agreed[first] | table.agreed[second] == every, state
        both = {(kind, key) for kind, one in table.declared.items() if one.case for key in CASE_KEYS}
        assert table.agreed[first] & table.agreed[second] == both, state


async def test_a_field_of_free_text_is_known_by_its_words_wherever_it_turns_up(table: Table) -> None:
    """Search and exports are looked through by words: every kind must have some there."""
    marked: Any = {kind for _, kind, _ in table.found["host", "archive"]}
    assert marked == set(table.declared)
