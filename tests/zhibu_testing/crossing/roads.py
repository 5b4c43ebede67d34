"""Every road by which somebody might read what crossed: each takes a reader and returns the fields that it found."""

import json
import unicodedata
import uuid
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from lxml import html
from sqlalchemy import text

from zhibu_core.exports.declared import kinds_for
from zhibu_core.identity.staff import COOKIE
from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import Shareable
from zhibu_core.spaces.removing import COPY_FILE
from zhibu_core.tenancy.scope import Tenant
from zhibu_graphql.ids import global_id
from zhibu_tenants.life.exporting import export_tenant
from zhibu_testing.browsing import ORIGIN, Browser

Found = set[tuple[uuid.UUID, str, str]]
"""Fields that were found: agreement, kind, key."""

HERE = "/together/spaces"
PAGES = ("", "/ledger?what=all")
"""Pages of an agreement besides that of the records: none has a field's value, so those of some agreements do."""

CONSOLE = "/operator"
ELSEWHERE = ("/", HERE, "/partnership", "/partnership/board", f"{CONSOLE}/")
SEARCHES = (
    "/audit?object=space", "/audit?action=space.publish", "/audit?person=王一", "/people/members?name=王",
    "/exchange/exports/register?person=王一", "/people/organizations",
)  # fmt: skip
COPIES = text("select id, space_id, kind, record from space_copy where tenant_id = any(:all)")
FILES = text(
    """select f.object_id, f.id from file f where f.tenant_id = any(:all) and f.object_type = :type
    and f.withdrawn_at is null"""
)
SPACE = "... on Space { copies(first: 20) { edges { node { kind fields } } } }"
COPY = "... on Copy { kind fields }"
AT_ONCE = 8
EXPORT = "mutation($e: ExportInput!) { requestExport(export: $e) { export { files { path } } errors { code } } }"


@dataclass(frozen=True)
class Sent:
    """What crossed, as somebody knows it who knows everything: for asking by id, and for knowing what one has found."""

    platform: Platform
    declared: Mapping[str, Shareable]
    everyone: tuple[Tenant, ...]
    spaces: tuple[uuid.UUID, ...]
    copies: Mapping[uuid.UUID, tuple[uuid.UUID, str]]
    files: tuple[tuple[uuid.UUID, uuid.UUID], ...]
    links: tuple[str, ...]
    marks: Mapping[str, tuple[uuid.UUID, str, str]]

    def in_text(self, *texts: str) -> Found:
        """The fields whose words stand in what somebody was shown."""
        return {cell for mark, cell in self.marks.items() if any(mark in one for one in texts)}

    def field_of_files(self, copy: uuid.UUID) -> tuple[uuid.UUID, str, str]:
        """The field of a copy's files."""
        space, kind = self.copies[copy]
        field = self.declared[kind].file_field
        return space, kind, field.key if field else ""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: in which tenant's session (None: none), at which browser; `is_owner`: what crossed is theirs."""

    tenant: Tenant | None
    browser: Browser
    is_owner: bool = False


@dataclass(frozen=True)
class StaffBrowser(Browser):
    """A browser of the platform's staff, at the console and at the doors of one tenant."""

    staff: str = ""

    async def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        json: Any = None,
        accept: str = "text/html",
        **_: Any,
    ) -> httpx.Response:
        """Sends the staff's cookie; the console's addresses are below no tenant."""
        headers = {
            "Accept": "text/html",
            "Origin": ORIGIN,
            "X-Zhibu-Client": "test",
            "Cookie": f"{COOKIE}={self.staff}",
        }
        transport: Any = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        address = path if path.startswith(CONSOLE) else f"/t/{self.tenant.slug}{path}"
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            return await client.request(method, address, data=fields, json=json)


async def by_sql(sent: Sent, reader: Reader, _: Path) -> Found:
    """As the runtime role, by statements that ask for everybody's rows."""
    database = sent.platform.database
    opened = database.session(reader.tenant.id) if reader.tenant else database.system_session()
    given = {"all": [tenant.id for tenant in sent.everyone], "type": COPY_FILE}
    async with opened as session:
        rows = (await session.execute(COPIES, given)).all()
        files = (await session.execute(FILES, given)).all()
    found = {(row.space_id, row.kind, key) for row in rows for key in row.record}
    return found | {sent.field_of_files(row.object_id) for row in files}


async def by_graphql(sent: Sent, reader: Reader, _: Path) -> Found:
    """The copies of every agreement, and every copy by its id."""
    spaces = {global_id("SP", key.bytes): (key, "") for key in sent.spaces}
    copies = {global_id("SC", key.bytes): place for key, place in sent.copies.items()}
    found: Found = set()
    for key, node in (await _nodes(reader, list(spaces), SPACE)).items():
        for edge in node["copies"]["edges"]:
            found |= {(spaces[key][0], edge["node"]["kind"], one) for one in json.loads(edge["node"]["fields"])}
    for key, node in (await _nodes(reader, list(copies), COPY)).items():
        found |= {(*copies[key], one) for one in json.loads(node["fields"])}
    return found


async def _nodes(reader: Reader, keys: Sequence[str], selected: str) -> dict[str, dict[str, Any]]:
    """What there is by these global ids, a dozen in one question."""
    found: dict[str, dict[str, Any]] = {}
    for part in (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)):
        query = " ".join(f'n{place}: node(id: "{key}") {{ {selected} }}' for place, key in enumerate(part))
        data = (await reader.browser.ask(f"{{ {query} }}")).get("data") or {}
        found |= {key: data[f"n{place}"] for place, key in enumerate(part) if data.get(f"n{place}")}
    return found


async def by_pages(sent: Sent, reader: Reader, _: Path) -> Found:
    """The page of the records by its headings, every other one by words that stand nowhere else."""
    found, seen = Found(), []
    for space in sent.spaces:
        shown = await reader.browser.get(f"{HERE}/{space}/records")
        if shown.status_code == 200:
            found |= _on_page(sent, space, shown.text)
    for space in sent.spaces[:: len(PAGES)]:
        seen += [(await reader.browser.get(f"{HERE}/{space}{path}")).text for path in PAGES]
    if not reader.is_owner:
        seen += [(await reader.browser.get(path)).text for path in ELSEWHERE]
    return found | sent.in_text(*seen)


def _on_page(sent: Sent, space: uuid.UUID, body: str) -> Found:
    """Which fields of which kinds have a line there."""
    found: Found = set()
    for part in html.document_fromstring(body).iterfind(".//section[@class='part']"):
        heading = part.find("h2")
        assert heading is not None
        assert heading.text is not None
        one = next(kind for kind in sent.declared.values() if heading.text.startswith(f"{kind.title.zh}，"))
        titles = {field.title.zh: field for field in one.fields}
        found |= {(space, one.kind, titles[str(label.text)].key) for label in part.iterfind(".//dt")}
        if one.file_field and part.find("ul") is not None:
            found.add((space, one.kind, one.file_field.key))
    return found


async def by_files(sent: Sent, reader: Reader, _: Path) -> Found:
    """Every file by its address, and by the links that were made while they were good."""
    seen: list[str] = []
    for copy, file in sent.files:
        space, _kind = sent.copies[copy]
        answer = await reader.browser.get(f"{HERE}/{space}/records/{copy}/files/{file}")
        if answer.status_code == 303 and "/files/" in answer.headers["location"]:
            seen.append(await _opened(reader, answer.headers["location"]))
    if reader.tenant and not reader.is_owner:
        seen += [await _opened(reader, link) for link in sent.links]
    return sent.in_text(*seen)


async def _opened(reader: Reader, address: str) -> str:
    answer = await reader.browser.get(address.removeprefix(f"/t/{reader.browser.tenant.slug}"))
    return answer.content.decode(errors="replace")


async def by_search(sent: Sent, reader: Reader, _: Path) -> Found:
    """Everything that searches or lists by what one types; the owner's own records are the owner's to find."""
    if reader.is_owner:
        return set()
    return sent.in_text(*[(await reader.browser.get(path)).text for path in SEARCHES])


async def by_exports(sent: Sent, reader: Reader, _: Path) -> Found:
    """Every kind of export at the exports desk; the owner's own records are the owner's to export."""
    if reader.is_owner:
        return set()
    seen = []
    for kind in kinds_for(sent.platform, frozenset(sent.platform.host.switchable)):
        given = {"kind": kind, "purpose": "核对共享范围", "recipients": ["李主任"], "format": "csv"}
        data = (await reader.browser.ask(EXPORT, e=given)).get("data") or {}
        made = (data.get("requestExport") or {}).get("export") or {"files": []}
        seen += [await _opened(reader, one["path"]) for one in made["files"] if one["path"]]
    assert bool(seen) == (reader.tenant is not None), (
        "the desk gives a tenant's own people something, and staff nothing"
    )
    return sent.in_text(*map(_bare, seen))


def _bare(words: str) -> str:
    """Without the unseen signs of the covert mark."""
    return "".join(one for one in words if unicodedata.category(one) != "Cf")


async def by_archive(sent: Sent, reader: Reader, folder: Path) -> Found:
    """The tenant's whole archive; staff get its name and never the file."""
    if reader.tenant is None:
        said = await reader.browser.post(f"{CONSOLE}/tenants/{reader.browser.tenant.slug}/export")
        assert said.status_code == 200, said.text
        return sent.in_text(said.text)
    out = folder / f"{uuid.uuid4().hex}.zip"
    await export_tenant(sent.platform, reader.tenant, out)
    with zipfile.ZipFile(out) as archive:
        tables = {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("tables/")}
    rows = list(_lines(tables["tables/space_copy.jsonl"]))
    found = {(uuid.UUID(row["space_id"]), row["kind"], key) for row in rows for key in row["record"]}
    own = {row["id"] for row in rows}
    files = [uuid.UUID(row["object_id"]) for row in _lines(tables["tables/file.jsonl"]) if row["object_id"] in own]
    found |= {sent.field_of_files(copy) for copy in files}
    return found if reader.is_owner else found | sent.in_text(*tables.values())


def _lines(table: str) -> Iterable[dict[str, Any]]:
    return (json.loads(line) for line in table.split("\n") if line)


Road = Callable[[Sent, Reader, Path], Awaitable[Found]]
ROADS: Mapping[str, Road] = {
    "sql": by_sql, "graphql": by_graphql, "pages": by_pages, "files": by_files, "search": by_search,
    "exports": by_exports, "archive": by_archive,
}  # fmt: skip
