"""What the console asks of a process with the owner's address, where its own has none: put down, and read as it stands."""

import datetime as dt
import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Unauthenticated
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words

Deed = Literal["suspend", "resume", "erase"]
SHOWN = 10
TITLES: dict[str, Words] = {
    "suspend": Words("暂停", "suspending"),
    "resume": Words("恢复", "resuming"),
    "erase": Words("注销", "erasing"),
}
STATES: dict[str, Words] = {
    "waiting": Words("等待执行", "waits"),
    "running": Words("正在执行", "is under way"),
    "done": Words("已完成", "is done"),
    "failed": Words("没有完成", "has failed"),
}
_ASK = text("select app.ask_deed(:hash, :id, :tenant, :deed, :reason)")
_LIST = text("select app.asked_deeds(:hash, cast(:tenant as uuid), cast(:most as integer))")


class AskedDeed(msgspec.Struct, frozen=True):
    """One deed: of which tenant, why, and how it stands."""

    id: uuid.UUID
    tenant: uuid.UUID
    slug: str
    deed: Deed
    reason: str
    asked_at: dt.datetime
    state: str
    finished_at: dt.datetime | None
    told_zh: str | None
    told_en: str | None

    @property
    def told(self) -> Words | None:
        """A file's name, what was left undone, or why it failed."""
        return Words(self.told_zh, self.told_en or self.told_zh) if self.told_zh else None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be carried out, or being."""
        return self.state in ("waiting", "running")

    @property
    def title(self) -> Words:
        """What is done."""
        return TITLES[self.deed]

    @property
    def standing(self) -> Words:
        """How it stands."""
        return STATES[self.state]


async def ask_deed(system: AsyncSession, secret: str, tenant: Tenant, deed: Deed, reason: str) -> uuid.UUID:
    """Puts a deed down in the name of the staff session of this secret.

    Raises `Unauthenticated` where that is not open or lacks the second factor, `Conflict` where one waits for this tenant.
    """
    given = {
        "hash": _hash(secret),
        "id": new_id(),
        "tenant": tenant.id,
        "deed": deed,
        "reason": reason,
    }
    if (kept := await system.scalar(_ASK, given)) is not None:
        return uuid.UUID(str(kept))
    if any(one.is_open for one in await asked_deeds(system, secret, tenant.id)):
        raise Conflict(
            "deed_open",
            Words(
                f"租户“{tenant.slug}”还有一件事没有执行完。请等它完成后再试。",
                f"Something else is still to be done to “{tenant.slug}”. Wait until it is finished.",
            ),
        )
    raise Unauthenticated("sign_in", Words("请先登录。", "Please sign in first."))


async def asked_deeds(
    session: AsyncSession, secret: str, tenant: uuid.UUID | None = None, most: int = SHOWN
) -> Sequence[AskedDeed]:
    """The newest deeds, of one tenant or of all, for the staff session of this secret; any session may ask."""
    found: str | None = await session.scalar(_LIST, {"hash": _hash(secret), "tenant": tenant, "most": most})
    return msgspec.json.decode(found, type=list[AskedDeed]) if found else []


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
