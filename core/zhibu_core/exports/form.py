"""What somebody asks for, and what it comes to before anything is made: rows, persons, whether a second person must agree."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, ZhibuError, not_found
from zhibu_core.exports.declared import ExportColumn, ExportKind, kind_of
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import bounds
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.tenancy.tenant_settings import read_setting
from zhibu_core.words import Words

MAKE, APPROVE, SENSITIVE = "export.make", "export.approve", "member.unmask"
LONGEST_PURPOSE, SHORTEST_PURPOSE = 200, 4
MOST_RECIPIENTS, LONGEST_NAME = 10, 40
MOST_DAYS, USUAL_DAYS = 30, 7
MOST_LINES = 50_000
"""A file of so many is written in less than a minute."""
FORMATS = ("xlsx", "csv")
APPROVAL_FROM, USUAL_APPROVAL_FROM = "export.approval_from", 200
"""The tenant's setting: from how many persons on a second person must agree."""


@dataclass(frozen=True)
class Asked:
    """An export as somebody asks for it; `organization` is a code or name, empty for all that the asker reaches."""

    kind: str
    purpose: str
    recipients: tuple[str, ...]
    fields: tuple[str, ...] = ()
    organization: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    days: int = USUAL_DAYS
    format: str = "xlsx"


@dataclass(frozen=True)
class Plan:
    """What was asked, checked: the subtrees (`paths`, named by `place`), and how many lines and persons there are today."""

    asked: Asked
    kind: ExportKind
    columns: tuple[ExportColumn, ...]
    paths: tuple[str, ...]
    place: str
    lines: int
    persons: int
    approval_from: int

    @property
    def is_sensitive(self) -> bool:
        """Whether a chosen field is sensitive."""
        return any(column.is_sensitive for column in self.columns)

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree before there is a file."""
        return self.is_sensitive or self.persons >= self.approval_from


def faults_of(asked: Asked) -> list[ZhibuError]:
    """What is wrong with the words of the form, each with its field; the rest is known only from the database."""
    found: list[ZhibuError] = []
    if not SHORTEST_PURPOSE <= len(asked.purpose) <= LONGEST_PURPOSE:
        found.append(
            _wrong(
                "purpose",
                f"请用 {SHORTEST_PURPOSE} 到 {LONGEST_PURPOSE} 个字写明用途。",
                f"Say in {SHORTEST_PURPOSE} to {LONGEST_PURPOSE} characters what it is for.",
            )
        )
    names = asked.recipients
    if (
        not 1 <= len(names) <= MOST_RECIPIENTS
        or len(set(names)) < len(names)
        or any(len(n) > LONGEST_NAME for n in names)
    ):
        found.append(
            _wrong(
                "recipients",
                f"请写明接收人，一行一人，1 到 {MOST_RECIPIENTS} 人，不重复，每行不超过 {LONGEST_NAME} 个字。",
                f"Name the recipients, one a line: 1 to {MOST_RECIPIENTS}, none twice, up to {LONGEST_NAME} characters each.",
            )
        )
    if not 1 <= asked.days <= MOST_DAYS:
        found.append(
            _wrong("days", f"下载期限为 1 到 {MOST_DAYS} 天。", f"Files can be taken for 1 to {MOST_DAYS} days.")
        )
    if asked.format not in FORMATS:
        found.append(_wrong("format", "格式为 xlsx 或 csv。", "The format is xlsx or csv."))
    return found


async def plan(platform: Platform, session: AsyncSession, who: Scope, asked: Asked) -> Plan:
    """Checks what was asked and counts (four statements); raises `InvalidInput` naming the field, `Forbidden`, `NotFound`."""
    kind = kind_of(platform, who.plugins, asked.kind)
    for fault in faults_of(asked):
        raise fault
    keys = asked.fields or kind.usual
    columns = kind.chosen(keys)
    if len(columns) < len(set(keys)) or not columns:
        raise _wrong("fields", "请至少选择一个字段，且只选列出的字段。", "Choose at least one field, of those listed.")
    paths, place = await _place(session, who, kind, asked.organization)
    _refuse_covered(who, columns, paths)
    lines, persons = await _counted(session, kind, paths, asked.filters)
    if not lines:
        raise _wrong("organization", "按所选条件没有可导出的记录。", "Nothing matches: there is nothing to export.")
    if lines > MOST_LINES:
        raise _wrong(
            "organization",
            f"超过 {MOST_LINES} 行。请缩小范围后分次导出。",
            f"More than {MOST_LINES} lines. Choose less, and export the rest apart.",
        )
    return Plan(asked, kind, columns, paths, place, lines, persons, await approval_from(session))


def held(who: Scope, action: str) -> tuple[str, ...]:
    """The subtrees where the asker holds the action; all for the operator at the machine."""
    return ("",) if who.actor is None else who.paths(action)


def reach_of(who: Scope, kind: ExportKind) -> tuple[str, ...]:
    """Where the asker may export this kind: where both making exports and reading what is in them is held."""
    return common(held(who, MAKE), held(who, kind.action))


def common(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The subtrees that lie in one of each, none inside another."""
    both = {max(a, b, key=len) for a in some for b in others if a.startswith(b) or b.startswith(a)}
    return tuple(sorted(path for path in both if not any(path != above and path.startswith(above) for above in both)))


async def approval_from(session: AsyncSession) -> int:
    """From how many persons on a second one must agree in this tenant."""
    return int(await read_setting(session, APPROVAL_FROM, USUAL_APPROVAL_FROM))


def parameters(tenant: uuid.UUID, kind: ExportKind, paths: Sequence[str], filters: Mapping[str, str]) -> dict[str, Any]:
    """What the kind's statement takes; raises `InvalidInput` for a day that is none."""
    ranges = [bounds(path) for path in paths]
    given: dict[str, Any] = {"t": tenant, "lows": [low for low, _ in ranges], "highs": [high for _, high in ranges]}
    for name in kind.filters:
        value = filters.get(name, "")
        given[name] = _day(name, value) if name in ("since", "until") else value
    return given


def _day(name: str, value: str) -> dt.date:
    """Days not given are the first and the last that there are."""
    if not value:
        return dt.date.min if name == "since" else dt.date.max
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise _wrong(name, "日期请写成 2026-09-01 的样子。", "Write the day as in 2026-09-01.") from None


async def _place(session: AsyncSession, who: Scope, kind: ExportKind, named: str) -> tuple[tuple[str, ...], str]:
    reach = reach_of(who, kind)
    if not named:
        rows = await session.execute(
            select(Organization.name).where(Organization.path.in_(reach)).order_by(Organization.path)
        )
        return _not_empty(reach), "、".join(rows.scalars()) or who.tenant.name
    query = select(Organization).where(or_(Organization.code == named, Organization.name == named)).limit(1)
    found = await session.scalar(query)
    paths = common(reach, [found.path]) if found else ()
    if found is None or not paths:  # one out of reach answers like an unknown one
        error = not_found(Words("组织", "organization"), named)
        raise InvalidInput(error.code, error.message, field="organization")
    return paths, found.name


def _not_empty(reach: tuple[str, ...]) -> tuple[str, ...]:
    if not reach:
        raise Forbidden(
            "forbidden",
            Words("您没有导出这类信息的权限。请联系本单位管理员。", "You may not export this. Ask the administrator."),
        )
    return reach


def _refuse_covered(who: Scope, columns: Sequence[ExportColumn], paths: Sequence[str]) -> None:
    sensitive = [column.title for column in columns if column.is_sensitive]
    over = held(who, SENSITIVE)
    if sensitive and not all(any(path.startswith(above) for above in over) for path in paths):
        raise Forbidden(
            "sensitive_fields",
            Words(
                f"您没有导出敏感字段的权限：{'、'.join(one.zh for one in sensitive)}。请去掉这些字段。",
                f"You may not export sensitive fields: {', '.join(one.en for one in sensitive)}. Leave them out.",
            ),
            field="fields",
        )


async def _counted(
    session: AsyncSession, kind: ExportKind, paths: Sequence[str], filters: Mapping[str, str]
) -> tuple[int, int]:
    counting = text(f"select count(*), count(distinct q.person_id) from ({kind.statement.text}) q")  # noqa: S608 a declared statement
    row = (await session.execute(counting, parameters(tenant_of(session), kind, paths, filters))).one()
    return row[0], row[1]


def _wrong(name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"export_{name}", Words(zh, en), field=name)
