"""Imports: upload, check in the background, mend wrong rows, see what would change, write."""

import asyncio
import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.imports.engine import ImportRun
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.labels import IMPORT_STATES
from zhibu_web.uploading.files import ENDINGS, Folder, checked, sweep
from zhibu_web.uploading.preview import corrections_in
from zhibu_web.uploading.running import INTERRUPTED, begin, claim, progress_of, start_check, start_writing

HERE = "/exchange/imports"
DOOR = "exchange"
ACTION = {"action": "import.run"}
LATEST = 20
AT_WORK = ("checking", "writing")
REFRESH_SECONDS = "2"
RESTARTED = Words(
    "服务重新启动，检查中断，没有写入。请重新上传。",
    "The service was restarted and the check broke off; nothing was written. Upload again.",
)


@get(HERE, opt=ACTION)
async def imports(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Where files are uploaded, and the latest imports."""
    return await _start_page(request, who, platform, session, None)


@post(HERE, opt=ACTION)
async def upload(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Takes the files and begins to check them."""
    who.require("import.run", "")
    form = await request.form()
    given = [one for one in form.getall("files", []) if isinstance(one, UploadFile)]
    try:
        files = checked([(one.filename, await one.read()) for one in given])
    except InvalidInput as error:
        return await _start_page(request, who, platform, session, error)
    await asyncio.to_thread(sweep, platform.settings)
    run_id = await begin(platform, who, files, locale_of_request(request))
    return Redirect(f"{prefix_of(request)}{HERE}/{run_id}", status_code=303)


@get(HERE + "/{run_id:uuid}", opt=ACTION)
async def import_run(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    run_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One import as it stands: at work, to be decided on, or done."""
    run = await _run(session, run_id)
    # The row says "written" as soon as the data is; its files and preview are tidied a moment later.
    if progress_of(run.id) or (run.state in AT_WORK and not _interrupted(run)):
        return _at_work(request, who, platform, run)
    template = "pages/import_preview.html" if run.state == "checked" else "pages/import_result.html"
    return page(request, who, platform, template, _context(request, who, run), door=DOOR)


@post(HERE + "/{run_id:uuid}", opt=ACTION)
async def decide(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    run_id: FromPath[uuid.UUID],
) -> Redirect:
    """Write, check again with what was corrected, or leave it; what was typed is checked before anything is written."""
    who.require("import.run", "")
    run = await _run(session, run_id)
    form = await request.form()
    act, locale = str(form.get("act", "")), locale_of_request(request)
    folder = Folder.of(platform.settings, who.tenant.id, run_id)
    shown = run.preview if run.state == "checked" and run.preview else {"wrong": []}
    mended = corrections_in(shown, {key: str(value) for key, value in form.items()})
    after = {"leave": "expired", "write": "checking" if mended else "writing"}.get(act, "checking")
    if not await claim(platform, who, run_id, "checked", after):
        raise Conflict(
            "run_state",
            Words(
                "这次导入已在处理，或已经结束。请回到导入页查看。",
                "This import is being worked on, or is over. Go back to the imports page.",
            ),
        )
    if after == "expired":
        await asyncio.to_thread(folder.discard)
    elif after == "writing":
        start_writing(platform, who, run_id, run.file_names, locale)
    else:
        if mended:
            await asyncio.to_thread(folder.correct, mended)
        start_check(platform, who, run_id, run.file_names, locale)
    return Redirect(f"{prefix_of(request)}{HERE}/{run_id}", status_code=303)


async def _run(session: AsyncSession, run_id: uuid.UUID) -> ImportRun:
    run = await session.scalar(select(ImportRun).where(ImportRun.id == run_id))
    if run is None:
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    return run


def _interrupted(run: ImportRun) -> bool:
    """Whether nobody works on it any more: the service was restarted meanwhile."""
    return progress_of(run.id) is None and dt.datetime.now(dt.UTC) - run.started_at > INTERRUPTED


def _at_work(request: AnyRequest, who: Scope, platform: Platform, run: ImportRun) -> Response[str]:
    live = progress_of(run.id)
    step: dict[str, Any] = {"doing": live.what, "share": live.share} if live else run.preview or {}
    context = {"run": run, "share": round(step.get("share", 0) * 100), "what": step.get("doing", "")}
    answer = page(request, who, platform, "pages/import_working.html", context, door=DOOR)
    answer.headers["Refresh"] = REFRESH_SECONDS
    return answer


def _context(request: AnyRequest, who: Scope, run: ImportRun) -> dict[str, Any]:
    preview = run.preview or {}
    if run.state in AT_WORK:
        preview = {"error": RESTARTED}
    writable = sum(run.counts.get(key, 0) for key in ("new", "changed")) if run.counts else 0
    return {
        "run": run,
        "preview": preview,
        "writable": writable,
        "rows": sum(sheet["rows"] for sheet in preview.get("sheets", ())),
        "zone": ZoneInfo(who.tenant.zone),
        "here": f"{prefix_of(request)}{HERE}",
        "states": IMPORT_STATES,
    }


async def _start_page(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, error: InvalidInput | None
) -> Response[str]:
    runs = await session.scalars(select(ImportRun).order_by(ImportRun.started_at.desc()).limit(LATEST))
    context = {
        "runs": list(runs),
        "states": IMPORT_STATES,
        "zone": ZoneInfo(who.tenant.zone),
        "accept": ",".join(ENDINGS),
        "error": error.message if error else None,
        "has_errors": error is not None,
        "here": f"{prefix_of(request)}{HERE}",
    }
    return page(request, who, platform, "pages/imports.html", context, door=DOOR, status=422 if error else 200)
