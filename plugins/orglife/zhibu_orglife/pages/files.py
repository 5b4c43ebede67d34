"""Files on a meeting's record: the list, the form that works without scripts, the way to a signed link, and removal."""

import uuid
from typing import Any, BinaryIO, cast

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, ZhibuError
from zhibu_core.http.files import link_of, may_open
from zhibu_core.http.uploads import begun
from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import keep_file
from zhibu_core.storage.links import no_such_file
from zhibu_core.storage.scanning import scan_file
from zhibu_core.storage.uploads import begin_upload
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.actions import READ_ROLL, RECORD
from zhibu_orglife.evidence import file_of_record, record_to_fill, record_to_read, remove_file
from zhibu_orglife.pages.files_view import files_context
from zhibu_orglife.pages.words import title_of
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/life/meetings/{meeting_id:uuid}/files"
NOTHING = Words("请先选择文件。", "Choose a file first.")


class Beginning(msgspec.Struct):
    """What a program says of the file that it is going to send: its name, and its size in bytes."""

    name: str
    size: int


@get(HERE, opt={"action": READ_ROLL})
async def files_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The files of the record."""
    return await _shown(request, who, platform, session, meeting_id)


@post(HERE, opt={"action": RECORD}, status_code=200)
async def files_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    meeting_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Keeps what the form brings, each file whole or not at all; says which were not and why."""
    try:
        form = await request.form()
        given = [one for one in form.getall("files", []) if isinstance(one, UploadFile)]
        if not given:
            raise InvalidInput("files_missing", NOTHING, field="files")
        for one in given:
            async with platform.database.session(who.tenant.id) as session:
                belongs = await record_to_fill(session, who, meeting_id)
            file = await keep_file(platform, who, cast("BinaryIO", one.file), one.filename, belongs)
            await scan_file(platform, who.tenant, file.id)
    except (InvalidInput, Conflict) as error:
        async with platform.database.session(who.tenant.id) as session:
            return await _shown(request, who, platform, session, meeting_id, error)
    return Redirect(_back(request, meeting_id, str(form.get("back") or "")), status_code=303)


@get(HERE + "/{file_id:uuid}", opt={"action": READ_ROLL})
async def file_link(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    file_id: FromPath[uuid.UUID],
) -> Redirect:
    """Leads to a link that is good for some minutes."""
    file = await file_of_record(session, who, meeting_id, file_id)
    if not may_open(file, who.person()):
        raise no_such_file()
    return Redirect(link_of(platform, who, prefix_of(request), file)[0], status_code=303)


@post(HERE + "/{file_id:uuid}/remove", opt={"action": RECORD}, status_code=200)
async def file_removed(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    file_id: FromPath[uuid.UUID],
) -> Redirect:
    """Takes the file off the record."""
    await remove_file(session, who, meeting_id, file_id)
    form = await request.form()
    return Redirect(_back(request, meeting_id, str(form.get("back") or "")), status_code=303)


@post("/life/meetings/{meeting_id:uuid}/uploads", opt={"action": RECORD}, status_code=201)
async def upload_begun(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Response[bytes]:
    """Begins an upload that survives a broken connection; its parts go to the address in the answer."""
    who.require("file.upload")
    try:
        said = msgspec.json.decode(await request.body(), type=Beginning)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidInput(
            "upload",
            Words('请求体应为 {"name": "…", "size": 字节数}。', 'The body must be {"name": "…", "size": bytes}.'),
        ) from None
    belongs = await record_to_fill(session, who, meeting_id)
    return begun(await begin_upload(platform, session, who, said.name, said.size, belongs), prefix_of(request))


def _back(request: AnyRequest, meeting_id: uuid.UUID, back: str) -> str:
    """To the page that the form stood on."""
    prefix = prefix_of(request)
    if back in ("meeting", "correct"):
        return f"{prefix}/life/record?{back}={meeting_id}#attached"
    return f"{prefix}/life/meetings/{meeting_id}#attached"


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    meeting_id: uuid.UUID,
    error: ZhibuError | None = None,
) -> Response[str]:
    meeting, branch = await record_to_read(session, who, meeting_id)
    prefix, title = prefix_of(request), title_of(meeting, locale_of_request(request))
    context = {
        "lede": branch.name,
        "crumbs": (Link(title, f"{prefix}/life/meetings/{meeting.id}"),),
        "files": await files_context(request, who, platform, session, meeting, branch),
        "error": error.message if error else None,
        "has_errors": error is not None,
    }
    return page(request, who, platform, "orglife/files.html", context, door="life", status=422 if error else 200)
