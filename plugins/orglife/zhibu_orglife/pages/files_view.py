"""What the list of a record's files shows, and the form below it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.http.files import may_open
from zhibu_core.i18n import _L, Lazy
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.storage.kinds import ENDINGS
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.evidence import files_of_records, takes_files
from zhibu_orglife.models import Meeting
from zhibu_web.framing import AnyRequest, prefix_of

KILOBYTE = 1024
STATES: dict[str, Lazy] = {
    "waiting": _L("is being checked for viruses"),
    "refused": _L("held a virus and was deleted; look at the original"),
}


@dataclass(frozen=True)
class FileRow:
    """One file in words; `href` is None for who may not open it."""

    file: File
    href: str | None
    size: str
    word: Lazy | None
    removal: str | None


async def files_context(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, meeting: Meeting, branch: Organization
) -> dict[str, Any]:
    """The files of the meeting's record, for somebody who may read rolls there."""
    here = f"{prefix_of(request)}/life/meetings/{meeting.id}"
    found = (await files_of_records(session, [meeting.series_id]))[meeting.series_id]
    fillable, person = takes_files(who, meeting, branch), who.person()
    return {
        "rows": [_row(file, here, opens=may_open(file, person), fillable=fillable) for file in found],
        "fillable": fillable,
        "action": f"{here}/files",
        "uploads": f"{here}/uploads",
        "accept": ",".join(ENDINGS),
        "largest": platform.settings.storage.largest // KILOBYTE // KILOBYTE,
    }


def _row(file: File, here: str, *, opens: bool, fillable: bool) -> FileRow:
    href = f"{here}/files/{file.id}"
    return FileRow(
        file, href if opens else None, _size(file.size), STATES.get(file.state), f"{href}/remove" if fillable else None
    )


def _size(size: int) -> str:
    """A size in the unit that fits."""
    if size < KILOBYTE:
        return f"{size} B"
    if size < KILOBYTE * KILOBYTE:
        return f"{size / KILOBYTE:.0f} KB"
    return f"{size / KILOBYTE / KILOBYTE:.1f} MB"
