"""Names the export, and the recipient, that a found file came from, with how sure that is."""

import asyncio
import tempfile
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Literal

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.exports.making import EXPORT_KEY, RECIPIENT_KEY
from zhibu_core.exports.marking import LEAST, Mark, agreeing, chance, digest_of, marks_in
from zhibu_core.exports.models import Export, ExportPerson, ExportRecipient
from zhibu_core.exports.reading import READ
from zhibu_core.imports.formats.detect import open_file
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

Witness = Literal["file", "marks", "lines"]
MOST_MARKS = 5_000
MOST_EXPORTS = 1_000
"""How many of the newest exports are compared line by line."""

FEWEST_LINES, FEWEST_CELLS, DIGEST = 3, 2, 8


@dataclass(frozen=True)
class Found:
    """What was found, by which witness.

    file: the very bytes that were made for the recipient. marks: `agree` of `different` covert marks are the recipient's; at most
    2 to the power of `log2_chance` would that happen to anybody who never had the file. lines: `agree` whole lines stand in
    the export, which names no recipient (None) and no leak: the same lines may have come another way.
    """

    tenant: str
    export_id: uuid.UUID
    number: str
    recipient: str | None
    witness: Witness
    agree: int = 0
    different: int = 0
    log2_chance: float = 0.0

    def as_line(self) -> dict[str, object]:
        """The keys of the JSON object."""
        return {
            "tenant": self.tenant, "number": self.number, "recipient": self.recipient, "witness": self.witness,
            "agree": self.agree, "different": self.different, "log2_chance": round(self.log2_chance, 1),
        }  # fmt: skip

    def sentence(self) -> Words:
        """What was found and how sure it is."""
        where = Words(f"{self.tenant}：导出 {self.number}", f"{self.tenant}: export {self.number}")
        if self.witness == "file":
            return Words(
                f"{where.zh}，交给“{self.recipient}”的文件，内容一字未改。",
                f"{where.en}, the very file made for “{self.recipient}”.",
            )
        if self.witness == "marks":
            power = int(-self.log2_chance)
            return Words(
                f"{where.zh}，出自交给“{self.recipient}”的文件：{self.different} 处暗记中有 {self.agree} 处相符，"
                f"误认的概率不超过 2 的 {power} 次方分之一。",
                f"{where.en}, from the file made for “{self.recipient}”: {self.agree} of {self.different} marks agree, "
                f"the chance of error is at most 1 in 2 to the power of {power}.",
            )
        return Words(
            f"{where.zh}，{self.different} 行中有 {self.agree} 行与这次导出完全相同；暗记已不在，不能确定是谁的文件。",
            f"{where.en}: {self.agree} of {self.different} lines are those of this export; without marks nobody can be named.",
        )


@dataclass(frozen=True)
class Leak:
    """A found file: its hash, its different marks, and its lines as cells."""

    sha256: str
    marks: tuple[Mark, ...]
    lines: tuple[tuple[str, ...], ...]


def read_leak(path: Path) -> Leak:
    """Reads CSV, XLSX, XLS or a web page's table; raises `Unreadable` for what is none of these."""
    lines = tuple(
        tuple("" if cell is None else str(cell) for cell in row)
        for sheet in open_file(path).sheets
        for row in sheet.rows
    )
    return _leak(sha256(path.read_bytes()).hexdigest(), lines)


def read_leaked_bytes(content: bytes) -> Leak:
    """The same for an upload."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return read_leak(Path(file.name))


def leak_of(lines: Iterable[Iterable[str]]) -> Leak:
    """The same for cells that were copied out of a file."""
    return _leak("", tuple(map(tuple, lines)))


def _leak(digest: str, lines: tuple[tuple[str, ...], ...]) -> Leak:
    marks = marks_in(cell for line in lines for cell in line)
    picked = sorted(marks, key=lambda mark: blake2b(f"{mark.text}|{mark.bits}".encode(), digest_size=8).digest())
    return Leak(
        digest, tuple(picked[:MOST_MARKS]), tuple(line for line in lines if sum(map(bool, line)) >= FEWEST_CELLS)
    )


async def trace_in(platform: Platform, tenant: Tenant, leak: Leak) -> list[Found]:
    """The same in a transaction of its own; a tenant that is coming or going knows nothing."""
    if tenant.state not in ("open", "suspended"):
        return []
    async with platform.database.session(tenant.id) as session:
        return await trace(platform, session, tenant.slug, leak)


async def trace_for(platform: Platform, session: AsyncSession, who: Scope, leak: Leak) -> list[Found]:
    """`trace` for somebody who may read the register; what is found is noted. Raises `Forbidden`."""
    who.require(READ, "")
    found = await trace(platform, session, who.tenant.slug, leak)
    for export_id in {one.export_id for one in found}:
        await note(session, who, READ, "export", export_id, fields=["trace"])
    return found


async def trace(platform: Platform, session: AsyncSession, slug: str, leak: Leak) -> list[Found]:
    """What the session's tenant knows of the file, the surest first; empty where nothing says that it is the tenant's."""
    rows = (await session.execute(_candidates())).all()
    found = [
        Found(slug, export.id, export.number, recipient.name, "file")
        for recipient, export in rows
        if leak.sha256 and recipient.file_sha256 == leak.sha256
    ]
    if found:
        return found
    if leak.marks:  # which are ours or another's: of a marked file its lines say nothing about us
        cipher = platform.keyring.cipher(tenant_of(session), RECIPIENT_KEY)
        keyed = [(cipher.open(recipient.key, recipient.id), recipient, export) for recipient, export in rows]
        return await asyncio.to_thread(_by_marks, slug, leak.marks, keyed)
    return await _by_lines(platform, session, slug, leak)


def _candidates() -> Select[ExportRecipient, Export]:
    joined = and_(Export.tenant_id == ExportRecipient.tenant_id, Export.id == ExportRecipient.export_id)
    return (
        select(ExportRecipient, Export)
        .join(Export, joined)
        .where(ExportRecipient.file_sha256.is_not(None))
        .order_by(Export.id.desc(), ExportRecipient.place)
    )


def _by_marks(slug: str, marks: Sequence[Mark], keyed: Sequence[tuple[bytes, ExportRecipient, Export]]) -> list[Found]:
    found = []
    for key, recipient, export in keyed:
        agree = agreeing(key, marks)
        likely = chance(len(marks), agree, len(keyed))
        if likely <= LEAST:
            found.append(Found(slug, export.id, export.number, recipient.name, "marks", agree, len(marks), likely))
    return sorted(found, key=lambda one: -one.agree)


async def _by_lines(platform: Platform, session: AsyncSession, slug: str, leak: Leak) -> list[Found]:
    if len(leak.lines) < FEWEST_LINES:
        return []
    cipher = platform.keyring.cipher(tenant_of(session), EXPORT_KEY)
    query = select(Export).where(Export.state.in_(("ready", "expired"))).order_by(Export.id.desc()).limit(MOST_EXPORTS)
    found = []
    for export in await session.scalars(query):
        kept = await session.scalars(select(ExportPerson.digests).where(ExportPerson.export_id == export.id))
        known = {digests[at : at + DIGEST] for digests in kept for at in range(0, len(digests), DIGEST)}
        key = cipher.open(export.key, export.id)
        agree = len({digest for line in leak.lines if (digest := digest_of(key, line)) in known})
        if agree >= FEWEST_LINES:
            found.append(Found(slug, export.id, export.number, None, "lines", agree, len(leak.lines)))
    return sorted(found, key=lambda one: -one.agree)
