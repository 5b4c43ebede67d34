"""Uploads in parts and exports of personal data under attack: what was acknowledged is there, whole, and once."""

import asyncio
import hashlib
import uuid
from pathlib import Path

import httpx

from bench.faults.checks import hold
from bench.faults.deeds import Blow, finish, hand_in, struck
from bench.faults.world import World
from zhibu_core.identity.sessions import cookie_name
from zhibu_core.storage.checking import check_tenant

PART, PARTS = 96 * 1024, 14
RECIPIENTS = ("纪检办", "档案室")
BRANCH = "001002"
"""A branch that no spreadsheet of the other deeds fills: an export of 200 persons would wait for a second one."""

REGISTER = """select e.number, e.state, e.person_count,
 (select count(*) from export_recipient r where r.tenant_id = e.tenant_id and r.export_id = e.id and r.file_id is not null) files,
 (select count(*) from export_person p where p.tenant_id = e.tenant_id and p.export_id = e.id) persons,
 (select count(*) from audit_entry a where a.tenant_id = e.tenant_id and a.object_id = e.id and a.action = 'export.make') notes
from export e where e.tenant_id = $1 and e.purpose = $2"""


async def uploads(world: World, blow: Blow, mend: Blow) -> bool:
    """A file in parts through the service: what a broken connection left goes on, and is one file with every byte."""
    meeting = (await hand_in(world))[0]
    content = b"%PDF-1.7\n" + world.random.randbytes(PART * PARTS)
    sender = _Sender(world, meeting, content)
    sending = asyncio.create_task(sender.send())
    await asyncio.sleep(world.random.uniform(0, world.durations.get("upload", 0.6)))
    hit = not sending.done()
    if not hit:
        world.durations["upload"] = world.durations.get("upload", 0.6) * 0.8
    await blow()
    await sending
    await mend()
    for _ in range(100):
        if await sender.send():
            break
        await asyncio.sleep(0.1)
    hold(sender.file, f"an upload could not be finished by a further try: {sender.last}")
    await _is_one_file(world, sender)
    return hit


class _Sender:
    """A client that keeps what it was told, and goes on from where the service says."""

    def __init__(self, world: World, meeting: str, content: bytes) -> None:
        self.world, self.meeting, self.content = world, meeting, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.address: str | None = None
        self.acknowledged = 0
        self.file: str | None = None
        self.last = ""

    async def send(self) -> bool:
        """As far as it gets; whether the file is there."""
        slug = self.world.tenant.slug
        headers = {
            "Cookie": f"{cookie_name(slug)}={self.world.secret}",
            "Origin": self.world.address,
            "Accept": "application/json",
        }
        async with httpx.AsyncClient(base_url=self.world.address, headers=headers, trust_env=False, timeout=10) as web:
            try:
                await self._send(web, slug)
            except (httpx.HTTPError, _NotYet) as error:
                self.last = repr(error)
        return self.file is not None

    async def _send(self, web: httpx.AsyncClient, slug: str) -> None:
        if self.address is None:
            begun = {"name": "纪要.pdf", "size": len(self.content)}
            answer = await self._asked(web, "POST", f"/t/{slug}/life/meetings/{self.meeting}/uploads", json=begun)
            self.address = str(answer.json()["address"])
        try:
            received = (await self._asked(web, "GET", self.address)).json()["received"]
        except _Gone:
            received = len(self.content)  # it was finished, and the answer was lost
        hold(received >= self.acknowledged, f"{self.acknowledged} bytes were acknowledged, {received} are there")
        while received < len(self.content):
            part = self.content[received : received + PART]
            more = {"Upload-Offset": str(received)}
            await self._asked(web, "PATCH", self.address, content=part, headers=more)
            self.acknowledged = received = received + len(part)
        answer = await self._asked(web, "POST", f"{self.address}/finish", json={"sha256": self.sha256})
        hold(answer.json()["sha256"] == self.sha256, "the file is another than was sent")
        self.file = str(answer.json()["id"])

    async def _asked(self, web: httpx.AsyncClient, method: str, path: str, **body: object) -> httpx.Response:
        answer = await web.request(method, path, **body)  # type: ignore[arg-type]
        if answer.status_code == 404 and method == "GET":
            raise _Gone(path)
        if answer.status_code >= 500:
            raise _NotYet(f"{method} {answer.status_code}")
        hold(answer.status_code < 300, f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
        return answer


class _NotYet(Exception):
    """The service says that it cannot just now."""


class _Gone(Exception):
    """There is no such upload any more."""


async def _is_one_file(world: World, sender: _Sender) -> None:
    admin = await world.administrator()
    try:
        files = await admin.fetchval(
            "select count(*) from file where tenant_id = $1 and sha256 = $2", world.tenant.id, sender.sha256
        )
        left = await admin.fetchval(
            "select count(*) from file_upload where tenant_id = $1 and id::text = $2", world.tenant.id, sender.file
        )
        notes = await admin.fetchval(
            "select count(*) from audit_entry where tenant_id = $1 and object_id::text = $2 and object_type = 'file'",
            world.tenant.id, sender.file,
        )  # fmt: skip
    finally:
        await admin.close()
    hold((files, left, notes) == (1, 0, 1), f"files, uploads left, notes in the audit are {(files, left, notes)}")
    await _all_whole(world)


async def listing(world: World, blow: Blow, mend: Blow) -> bool:
    """`zhibu export make` and `fetch`: an export is whole in the register or not there, and so is the file that was taken."""
    purpose = f"演练{uuid.uuid4().hex[:8]}"
    named = [part for name in RECIPIENTS for part in ("--recipient", name)]
    make = (
        "export",
        "make",
        "--tenant",
        world.tenant.slug,
        "--organization",
        BRANCH,
        "--purpose",
        purpose,
        *named,
        "--yes",
    )
    done, hit = await struck(world, "export make", blow, *make)
    code = await done.end()
    await mend()
    numbers = await _whole_exports(world, purpose)
    hold(code != 0 or len(numbers) == 1, "an export that said it was made is not in the register")
    if not numbers:
        await finish(world, *make)
        numbers = await _whole_exports(world, purpose)
    hold(len(numbers) == 1, f"after a further try there are {len(numbers)} exports")
    out = world.settings.data.parent / f"{numbers[0]}.xlsx"
    fetch = (
        "export", "fetch", "--tenant", world.tenant.slug, "--number", numbers[0],
        "--recipient", RECIPIENTS[0], "--out", str(out),
    )  # fmt: skip
    await finish(world, *fetch)
    hold(_is_for_owner(out), f"{out.name} may be read by others")
    out.unlink()
    await _all_whole(world)
    return hit


async def _whole_exports(world: World, purpose: str) -> list[str]:
    """Numbers of the exports with this purpose, each looked at: files for all recipients, everybody listed, noted once."""
    admin = await world.administrator()
    try:
        rows = await admin.fetch(REGISTER, world.tenant.id, purpose)
    finally:
        await admin.close()
    for number, state, counted, files, persons, notes in rows:
        found = (state, files, persons, notes)
        hold(found == ("ready", len(RECIPIENTS), counted, 1), f"export {number} is {found} of {counted} persons")
    return [row[0] for row in rows]


async def _all_whole(world: World) -> None:
    """Every file of the tenant opens and hashes to what it should."""
    checked = await check_tenant(world.platform, world.tenant.id)
    hold(not checked.faults, f"files are damaged: {checked.faults}")


def _is_for_owner(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0
