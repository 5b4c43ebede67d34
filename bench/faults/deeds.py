"""What is going on when the blow falls, and what must be true afterwards; every deed is finished by a further try."""

import asyncio
import csv
import datetime as dt
import time
import uuid
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec

from bench.faults.checks import check_meetings, fault_of, hold, rows_of, state_of
from bench.faults.processes import Process, start
from bench.faults.world import World, citizen_id
from zhibu_core.identity.sessions import cookie_name
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_graphql.ids import global_id
from zhibu_orglife.actions import READ, RECORD
from zhibu_orglife.content import Minutes, RollEntry
from zhibu_orglife.listings import TAG
from zhibu_orglife.recording import record_meeting
from zhibu_tenants.life.importing import import_tenant

MEETINGS, CLIENTS, PEOPLE = 12, 3, 20
APPROVE = "mutation A($m: ID!) { approveMeeting(meeting: $m) { meeting { state } errors { code } } }"
COMPARED = ("organization", "person", "membership", "fact", "orglife_meeting", "orglife_attendance")
Blow = Callable[[], Awaitable[None]]
"""Kills the round's target; called once, at a random moment."""


async def approvals(world: World, blow: Blow, mend: Blow) -> bool:
    """Three clients approve a dozen records; each answer that came is kept. True where the blow fell amid them."""
    waiting = await hand_in(world)
    acknowledged: set[str] = set()
    clients = asyncio.create_task(_approve_all(world, list(waiting), acknowledged))
    await asyncio.sleep(world.random.uniform(0, world.durations.get("approvals", 0.5)))
    hit = not clients.done()
    if not hit:
        world.durations["approvals"] = world.durations.get("approvals", 0.5) * 0.8
    await blow()
    await clients
    early = set(acknowledged)
    await mend()
    await check_meetings(world, early)
    await _approve_all(world, [m for m in waiting if m not in acknowledged], acknowledged, patient=True)
    hold(acknowledged == set(waiting), "a record could not be approved by a further try")
    await check_meetings(world, acknowledged)
    return hit


async def hand_in(world: World) -> list[str]:
    """Records that wait for approval, handed in by somebody else than who approves."""
    writer = next(iter(world.people.values()))[1]
    grant = Grant("secretary", None, "", frozenset({READ, RECORD}))
    scope = Scope(world.tenant, frozenset({"orglife"}), Actor(writer, "示例", "bench"), (grant,), "bench")
    made: list[str] = []
    async with world.platform.database.session(world.tenant.id) as session:
        while len(made) < MEETINGS:
            day = world.free_day()
            for branch, people in world.people.items():
                said = Minutes(
                    organization_id=branch,
                    kinds=("theme_day",),
                    starts_at=dt.datetime.combine(day, dt.time(14)),
                    ends_at=dt.datetime.combine(day, dt.time(16)),
                    place="理学楼402室",
                    chair="示例00",
                    topic="演练",
                    roll=tuple(RollEntry(person) for person in people),
                )
                made.append(str((await record_meeting(session, scope, said)).id))
    return made


async def _approve_all(world: World, waiting: list[str], acknowledged: set[str], *, patient: bool = False) -> None:
    """Approves by several clients at once; `patient` ones ask again until every record has its answer."""
    queue = list(waiting)
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:

        async def work() -> None:
            tries = 0
            while queue:
                meeting = queue.pop()
                if await _is_approved(world, client, meeting, again=patient):
                    acknowledged.add(meeting)
                elif patient:
                    queue.append(meeting)
                    tries += 1
                    hold(tries < 100, f"{meeting} cannot be approved")
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(work() for _ in range(CLIENTS)))


async def _is_approved(world: World, client: httpx.AsyncClient, meeting: str, *, again: bool) -> bool:
    """Whether the service said so; on a further try "does not wait" is an answer too: the first one's was lost."""
    headers = {
        "Cookie": f"{cookie_name(world.tenant.slug)}={world.secret}",
        "Origin": world.address,
        "X-Zhibu-Client": "faults",
        "Accept": "application/graphql-response+json",
    }
    sent = {"query": APPROVE, "variables": {"m": global_id(TAG, uuid.UUID(meeting).bytes)}}
    try:
        answer = await client.post(f"{world.address}/t/{world.tenant.slug}/graphql", json=sent, headers=headers)
    except httpx.HTTPError:
        return False
    payload = (answer.json().get("data") or {}).get("approveMeeting") if answer.status_code == 200 else None
    if payload is None:
        return False
    codes = [error["code"] for error in payload["errors"]]
    hold(codes in ([], ["not_waiting"]), f"approving {meeting} was answered with {codes}")
    return not codes or again


async def spreadsheet(world: World, blow: Blow, mend: Blow) -> bool:
    """A roster of twenty is imported by `zhibu import`: all of them or none, and a further try makes no second."""
    tag = f"R{uuid.uuid4().hex[:8]}"
    file = world.settings.data.parent / f"{tag}.csv"
    _write_roster(world, file, tag)
    arguments = ("import", "--tenant", world.tenant.slug, "--all-or-nothing", str(file))
    done, hit = await struck(world, "import", blow, *arguments)
    code = await done.end()
    await mend()
    found = await _imported(world, tag)
    hold(found in ((0, 0), (PEOPLE, 1)), f"an import of {PEOPLE} left (people, runs) {found}")
    hold(code != 0 or found[0] == PEOPLE, "an import that said it was done is gone")
    await finish(world, *arguments)
    found = await _imported(world, tag)
    hold(found[0] == PEOPLE, f"after a further import there are {found}")
    return hit


def _write_roster(world: World, file: Path, tag: str) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["姓名", "所在党支部", "公民身份证号", "工号/学号", "人员类别", "加入党组织日期"])
        for number in range(PEOPLE):
            world.persons += 1
            rows.writerow(
                ["示例" + "甲乙丙丁戊己庚辛壬癸"[number % 10], "第0党支部", citizen_id(100 + world.persons),
                 f"{tag}-{number}", "正式党员", "2015-07-01"]
            )  # fmt: skip


async def _imported(world: World, tag: str) -> tuple[int, int]:
    """People of the file who are members, and runs that are noted as written."""
    admin = await world.administrator()
    try:
        people = await admin.fetchval(
            "select count(*) from person p join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id "
            "where p.tenant_id = $1 and p.number like $2 and p.sealed is not null",
            world.tenant.id, f"{tag}-%",
        )  # fmt: skip
        runs = await admin.fetchval(
            "select count(*) from import_run where tenant_id = $1 and file_names::text like $2 and finished_at is not null",
            world.tenant.id, f"%{tag}%",
        )  # fmt: skip
    finally:
        await admin.close()
    return people, runs


async def archive(world: World, blow: Blow, mend: Blow) -> bool:
    """`zhibu tenant export`: the file is whole or not there, and a further call writes it."""
    out = world.settings.data.parent / f"out-{uuid.uuid4().hex[:8]}.zip"
    arguments = ("tenant", "export", world.tenant.slug, "--out", str(out))
    done, hit = await struck(world, "tenant export", blow, *arguments)
    code = await done.end()
    await mend()
    hold(code != 0 or out.exists(), "an export that said it was done is not there")
    hold(not out.exists() or fault_of(out) is None, f"an export that was broken off has its name: {out.name}")
    if not out.exists():
        await finish(world, *arguments)
    hold(fault_of(out) is None, f"the further export is not whole: {fault_of(out)}")
    out.unlink()
    return hit


async def taking_in(world: World, blow: Blow, mend: Blow) -> bool:
    """`zhibu tenant import`: no tenant, a whole one, or one that the next import of the slug takes away."""
    slug = f"in-{uuid.uuid4().hex[:8]}"
    arguments = ("tenant", "import", str(world.archive), "--as", slug)
    done, hit = await struck(world, "tenant import", blow, *arguments)
    code = await done.end()
    await mend()
    found = await state_of(world, slug)
    hold(code != 0 or (found and found[1] == "open"), f"an import that said it was done is {found}")
    hold(found is None or found[1] in ("importing", "open"), f"an import that was broken off is {found}")
    if found is None or found[1] != "open":
        await finish(world, *arguments)
    world.taken.append(slug)
    await _same_as_archive(world, slug)
    return hit


async def _same_as_archive(world: World, slug: str) -> None:
    with zipfile.ZipFile(world.archive) as file:
        manifest = msgspec.json.decode(file.read("manifest.json"))
    wanted = {table["name"]: table["rows"] for table in manifest["tables"] if table["name"] in COMPARED}
    found = await state_of(world, slug)
    hold(found and found[1] == "open", f"{slug} is {found}")
    rows = await rows_of(world, found[0] if found else None)
    hold({name: rows.get(name, 0) for name in wanted} == wanted, f"{slug} has {rows}, the archive {wanted}")


async def erasure(world: World, blow: Blow, mend: Blow) -> bool:
    """`zhibu tenant erase`: whole, "erasing" or gone; a further call with the same words finishes and certifies it all."""
    if not world.taken:
        await import_tenant(world.platform, world.archive, slug := f"in-{uuid.uuid4().hex[:8]}")
        world.taken.append(slug)
    slug = world.taken.pop()
    before = await state_of(world, slug)
    assert before is not None
    rows = await rows_of(world, before[0])
    certificate = world.settings.data.parent / f"{slug}.json"
    arguments = ("tenant", "erase", slug, "--certificate", str(certificate), "--yes")
    done, hit = await struck(world, "tenant erase", blow, *arguments)
    code = await done.end()
    await mend()
    found = await state_of(world, slug)
    hold(code != 0 or found is None, f"an erasure that said it was done is {found}")
    if found is None:
        hold(fault_of(certificate) is None, f"gone without a certificate: {fault_of(certificate)}")
    else:
        whole = found[1] == "open" and await rows_of(world, before[0]) == rows
        hold(whole or found[1] == "erasing", f"an erasure that was broken off is {found} and not whole")
        await finish(world, *arguments)
    hold(await state_of(world, slug) is None, "a further erasure left the tenant")
    hold(not await rows_of(world, before[0]), f"rows are left: {await rows_of(world, before[0])}")
    hold(fault_of(certificate) is None, f"the certificate does not hold: {fault_of(certificate)}")
    said = msgspec.json.decode(certificate.read_bytes())["certificate"]["rows"]
    hold(
        {n: said.get(n, 0) for n in COMPARED} == {n: rows.get(n, 0) for n in COMPARED},
        f"it says {said}, there were {rows}",
    )
    return hit


async def struck(world: World, what: str, blow: Blow, *arguments: str) -> tuple[Process, bool]:
    """Starts the command and strikes at a random moment of the time that it usually takes, rather late than early."""
    usual = world.durations.get(what)
    if usual is None:
        usual = 3.0
    world.command = await start(world.settings, *arguments)
    await asyncio.sleep(usual * world.random.uniform(0.3, 1.0))
    hit = world.command.process.returncode is None
    if not hit:
        world.durations[what] = usual * 0.8
    await blow()
    return world.command, hit


async def finish(world: World, *arguments: str) -> None:
    """The same command again, left alone: it must succeed."""
    begun = time.monotonic()
    again = await start(world.settings, *arguments)
    code = await again.end()
    hold(code == 0, f"a further zhibu {' '.join(arguments[:2])} ended {code}: {again.words}")
    world.durations[_name_of(arguments)] = time.monotonic() - begun


def _name_of(arguments: tuple[str, ...]) -> str:
    return "import" if arguments[0] == "import" else " ".join(arguments[:2])
