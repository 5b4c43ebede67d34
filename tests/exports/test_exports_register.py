"""An export from its asking to its end: reach, approval, files, register, trace; the neighbour never notices."""

import csv
import datetime as dt
import io
import random
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit.entries import AuditEntry
from zhibu_core.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound
from zhibu_core.exports.asking import approve, ask, refuse
from zhibu_core.exports.expiring import expire_tenant
from zhibu_core.exports.form import Asked, plan
from zhibu_core.exports.models import Export, ExportDownload, ExportRecipient
from zhibu_core.exports.reading import Search, containing, entry_of, register, take, waiting_for
from zhibu_core.exports.tracing import Found, read_leaked_bytes, trace_in
from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import open_object
from zhibu_core.storage.port import prefix_of
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.life.importing import import_tenant
from zhibu_testing.town import SECRETS, Town, World

ROLL = Asked("members", "报送区委组织部年报", ("李主任", "王干事"), format="csv")
SENSITIVE = replace(ROLL, fields=("name", "citizen_id", "phone"))


async def who(platform: Platform, town: Town, person: str) -> Scope:
    async with platform.database.session(town.tenant.id) as session:
        return await platform.scopes.scope(session, town.tenant, town.people[person].id)


async def asked(platform: Platform, scope: Scope, wanted: Asked = ROLL) -> Export:
    async with platform.database.session(scope.tenant.id) as session:
        return await ask(platform, session, scope, wanted)


async def taken(platform: Platform, scope: Scope, export: Export, place: int = 1) -> bytes:
    async with platform.database.session(scope.tenant.id) as session:
        file = await take(session, scope, export.id, await recipient(session, export, place))
        reader = await open_object(platform, session, file.sha256)
        return b"".join([block async for block in reader.read()])


async def recipient(session: AsyncSession, export: Export, place: int) -> uuid.UUID:
    wanted = (ExportRecipient.export_id == export.id, ExportRecipient.place == place)
    return (await session.scalars(select(ExportRecipient.id).where(*wanted))).one()


async def traced(platform: Platform, town: Town, content: bytes) -> list[Found]:
    return await trace_in(platform, town.tenant, read_leaked_bytes(content))


async def count(platform: Platform, town: Town, model: Any) -> int:
    async with platform.database.session(town.tenant.id) as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def saved(cells: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(cells)
    return out.getvalue().encode("gb18030")


async def test_a_leaked_part_names_who_had_it_and_the_neighbour_knows_nothing(platform: Platform, world: World) -> None:
    organizer = await who(platform, world.home, "organizer")
    export = await asked(platform, organizer)
    assert (export.state, export.person_count) == ("ready", 10)
    first, second = [await taken(platform, organizer, export, place) for place in (1, 2)]
    assert "李主任" in cells_of(first)[0][0]
    assert export.number in cells_of(first)[0][0]
    (found,) = await traced(platform, world.home, first)
    assert (found.recipient, found.witness, found.number) == ("李主任", "file", export.number)

    lines = cells_of(second)[2:-1]
    random.Random(7).shuffle(lines)
    part = saved([[line[0], line[2], line[4]] for line in lines[:5]])
    (found,) = await traced(platform, world.home, part)
    assert (found.recipient, found.witness) == ("王干事", "marks")
    assert found.log2_chance < -60

    bared = saved([[cell.translate({0x200B: None, 0x200C: None}) for cell in line] for line in lines])
    (found,) = await traced(platform, world.home, bared)
    assert (found.recipient, found.witness, found.agree) == (None, "lines", 10)
    for content in (first, part, bared):
        assert await traced(platform, world.neighbour, content) == []
    neighbour = await who(platform, world.neighbour, "organizer")
    theirs = await taken(platform, neighbour, await asked(platform, neighbour))
    assert await traced(platform, world.home, theirs) == []  # alike in every visible word
    assert await traced(platform, world.home, saved([["姓名", "工号"], ["张一", "T000"]])) == []


async def test_reach_is_where_one_may_read_and_export(platform: Platform, world: World) -> None:
    secretary = await who(platform, world.home, "张一")
    async with platform.database.session(world.home.tenant.id) as session:
        planned = await plan(platform, session, secretary, ROLL)
        assert (planned.persons, planned.place, planned.needs_approval) == (8, "数学第一党支部", False)
        for wanted, field, kind in (
            (replace(ROLL, organization="112"), "organization", InvalidInput),
            (replace(ROLL, organization="nowhere"), "organization", InvalidInput),
            (replace(ROLL, purpose="报"), "purpose", InvalidInput),
            (replace(ROLL, recipients=("甲", "甲")), "recipients", InvalidInput),
            (replace(ROLL, days=31), "days", InvalidInput),
            (replace(ROLL, fields=("name", "sealed")), "fields", InvalidInput),
            (replace(ROLL, filters={"status": "ended"}), "organization", InvalidInput),
            (SENSITIVE, "fields", Forbidden),
        ):
            with pytest.raises(kind) as refused:
                await plan(platform, session, secretary, wanted)
            assert refused.value.field == field
        with pytest.raises(Forbidden):
            await plan(platform, session, await who(platform, world.home, "王二"), ROLL)
        with pytest.raises(NotFound):
            await plan(platform, session, secretary, replace(ROLL, kind="example.nothing"))
    foreign = await asked(platform, await who(platform, world.neighbour, "organizer"))
    async with platform.database.session(world.home.tenant.id) as session:
        with pytest.raises(NotFound):
            await entry_of(session, await who(platform, world.home, "auditor"), foreign.id)
    own = await asked(platform, secretary)
    assert len(cells_of(await taken(platform, secretary, own))) == 8 + 3
    with pytest.raises(NotFound):  # another's
        await taken(platform, await who(platform, world.home, "organizer"), own)


async def test_sensitive_fields_wait_for_another_person(platform: Platform, world: World) -> None:
    home = world.home
    organizer, admin = await who(platform, home, "organizer"), await who(platform, home, "admin")
    export = await asked(platform, organizer, SENSITIVE)
    assert (export.state, await count(platform, home, File)) == ("waiting", 0)
    with pytest.raises(Gone):
        await taken(platform, organizer, export)
    async with platform.database.session(home.tenant.id) as session:
        assert [line.export.id for line in await waiting_for(session, admin)] == [export.id]
        assert await waiting_for(session, organizer) == []
        with pytest.raises(Forbidden):
            await approve(platform, session, organizer, export.id)
        with pytest.raises(NotFound):
            await approve(platform, session, await who(platform, home, "张一"), export.id)
        with pytest.raises(InvalidInput):
            await refuse(session, admin, export.id, "")
    async with platform.database.session(home.tenant.id) as session:
        await approve(platform, session, admin, export.id)
    content = (await taken(platform, organizer, export)).decode("utf-8-sig")
    assert str(SECRETS.citizen_id) in content
    assert str(SECRETS.phone) in content
    async with platform.database.session(home.tenant.id) as session:
        with pytest.raises(Conflict):
            await approve(platform, session, admin, export.id)
    other = await asked(platform, organizer, SENSITIVE)
    async with platform.database.session(home.tenant.id) as session:
        refused = await refuse(session, admin, other.id, "用途不清")
        assert (refused.state, refused.reason) == ("refused", "用途不清")


async def test_who_lost_the_role_gets_nothing_by_approval(platform: Platform, world: World) -> None:
    home = world.home
    export = await asked(platform, await who(platform, home, "organizer"), SENSITIVE)
    yesterday = home.tenant.current_day() - dt.timedelta(days=1)
    async with platform.database.session(home.tenant.id) as session:
        held = update(RoleGrant).where(RoleGrant.person_id == home.people["organizer"].id)
        await session.execute(held.values(since=yesterday, until=yesterday))
    async with platform.database.session(home.tenant.id) as session:
        with pytest.raises(Conflict):
            await approve(platform, session, await who(platform, home, "admin"), export.id)


async def test_the_register_stays_when_the_files_go(platform: Platform, world: World) -> None:
    home = world.home
    secretary, auditor = await who(platform, home, "张一"), await who(platform, home, "auditor")
    export = await asked(platform, secretary)
    content = await taken(platform, secretary, export)
    over = replace(home.tenant, today=export.expires_on + dt.timedelta(days=1))
    assert await expire_tenant(platform, replace(over, today=export.expires_on)) == 0
    with pytest.raises(Gone):  # before the night comes too
        await taken(platform, replace(secretary, tenant=over), export)
    assert await expire_tenant(platform, over) == 1
    assert await count(platform, home, File) == await count(platform, home, FileObject) == 0
    assert [one.name async for one in platform.store.below(prefix_of(home.tenant.id))] == []
    with pytest.raises(Gone):
        await taken(platform, secretary, export)
    (found,) = await traced(platform, home, content)
    assert found.recipient == "李主任"
    async with platform.database.session(home.tenant.id) as session:
        (line,) = await register(session, auditor, Search(word="李主任", person="王二"))
        assert (line.export.state, line.asked_by) == ("expired", "张一")
        assert await register(session, auditor, Search(person="钱甲")) == []
        assert await register(session, await who(platform, home, "organizer"), Search()) == []
        entry = await entry_of(session, auditor, export.id)
        assert [(one.recipient, one.by) for one in entry.taken] == [("李主任", "张一")]
        assert [line.export.number for line in await containing(session, home.people["王二"].id)] == [export.number]
        assert await containing(session, home.people["钱甲"].id) == []
        of_it = select(AuditEntry.action).where(AuditEntry.object_id == export.id).order_by(AuditEntry.at)
        assert list(await session.scalars(of_it)) == ["export.make", "export.download", "export.expire"]


async def test_a_download_that_fails_leaves_no_trace_of_one(platform: Platform, world: World) -> None:
    secretary = await who(platform, world.home, "张一")
    export = await asked(platform, secretary)
    async with platform.database.session(world.home.tenant.id) as session:
        await take(session, secretary, export.id, await recipient(session, export, 1))
        await session.rollback()
    assert await count(platform, world.home, ExportDownload) == 0


async def test_a_tenant_takes_its_register_along(platform: Platform, world: World, tmp_path: Path) -> None:
    secretary = await who(platform, world.home, "张一")
    export = await asked(platform, secretary)
    part = saved([line[:3] for line in cells_of(await taken(platform, secretary, export, 2))[2:-1]])
    await export_tenant(platform, world.home.tenant, tmp_path / "home.zip")
    slug = f"else-{world.home.tenant.slug[-8:]}"
    await import_tenant(platform, tmp_path / "home.zip", slug)
    async with platform.database.system_session() as system:
        moved = await find_tenant(system, slug)
    (found,) = await trace_in(platform, moved, read_leaked_bytes(part))
    assert (found.tenant, found.number, found.recipient) == (slug, export.number, "王干事")
