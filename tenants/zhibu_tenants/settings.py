"""The tenant's settings as its administrators see them: core's own beside those that plugins declare, and changing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.exports.form import APPROVAL_FROM, USUAL_APPROVAL_FROM
from zhibu_core.ledger.book import PUBLIC_INSTITUTION
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import ASKS_SECOND_FACTOR
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import Setting, Value, value_of, write_setting
from zhibu_core.words import Words
from zhibu_tenants.powers.separation import separate
from zhibu_tenants.powers.settings import APPROVAL, DEFAULTS, REVIEW_DAYS, SEPARATED

READ: Final = "setting.read"
SYSTEM, SECURITY = "setting.write", "setting.protect"

OWN: Final[Sequence[Setting]] = (
    Setting(
        SEPARATED,
        Words("三员分立", "Administrators kept apart"),
        Words(
            "系统、安全、审计三种管理权限不集于一人。开启后只有平台运营方能关闭。",
            "Nobody holds the powers of two of system, security and audit. Once on, only the platform's operator ends it.",
        ),
        SECURITY,
        default=DEFAULTS[SEPARATED],
        one_way=True,
    ),
    Setting(
        REVIEW_DAYS,
        Words("权限复核周期（天）", "Days between reviews of a grant"),
        Words("授权超过这么多天没有复核，就列入待办。", "A grant that was not reviewed for so long is a to-do."),
        SECURITY,
        default=DEFAULTS[REVIEW_DAYS],
        low=30,
        high=366,
    ),
    Setting(
        APPROVAL,
        Words("平台运维进入须经批准", "Platform staff wait for approval"),
        Words(
            "平台运维人员经本单位批准后才能进入。", "An entry of platform staff begins only once it is approved here."
        ),
        SECURITY,
        default=DEFAULTS[APPROVAL],
    ),
    Setting(
        APPROVAL_FROM,
        Words("导出审批的人数界限", "Persons from which an export needs a second person"),
        Words(
            "导出达到这么多人时，须由另一人批准；含敏感字段的导出总要批准。",
            "An export of so many persons waits for a second person; one with sensitive fields always does.",
        ),
        SECURITY,
        default=USUAL_APPROVAL_FROM,
        low=1,
        high=10_000,
    ),
    Setting(
        ASKS_SECOND_FACTOR,
        Words("签署共建协议须双因素验证", "Signing an agreement needs a second factor"),
        Words(
            "代表本单位签署共建协议的人，须在本次登录中用过双因素验证。",
            "Whoever signs an agreement for this tenant must have given a second factor in this session.",
        ),
        SECURITY,
        default=False,
    ),
    Setting(
        PUBLIC_INSTITUTION,
        Words("按公共机构的严格要求办", "Strict form for public institutions"),
        Words(
            "移动端规则按国办函〔2026〕12号的严格要求执行。",
            "Mobile rules hold in the strict form of the rule of 2026 for mobile applications.",
        ),
        SYSTEM,
        default=True,
    ),
)
"""Core's own; a plugin brings further ones by the hook `settings`."""


@dataclass(frozen=True)
class SettingLine:
    """A setting as it stands; `may_change` by the asker."""

    setting: Setting
    value: Value
    may_change: bool

    @property
    def text(self) -> str:
        """The value as it is written: `true`, `false` or a number."""
        return str(self.value).lower()


async def settings_of(platform: Platform, session: AsyncSession, who: Scope) -> list[SettingLine]:
    """Every setting of core and of the plugins that are on (one statement); raises `Forbidden`."""
    _require(who, READ)
    declared = [item for _, item in platform.host.collect("settings", who.plugins)]
    rows = await session.scalars(select(TenantSetting).where(TenantSetting.key.in_([one.key for one in declared])))
    kept = {row.key: row.value.get("value") for row in rows}
    return [_line(who, one, kept.get(one.key, one.default)) for one in declared]


async def change_setting(platform: Platform, session: AsyncSession, who: Scope, key: str, text: str) -> SettingLine:
    """The setting with its new value, noted in the audit with the old one.

    Raises `NotFound` for one that is not there or whose plugin is off, `Forbidden`, `InvalidInput` for a value that it
    cannot have.
    """
    declared = {item.key: item for _, item in platform.host.collect("settings", who.plugins)}
    setting: Setting | None = declared.get(key)
    if setting is None:
        raise not_found(Words("设置", "setting"), key)
    _require(who, setting.action)
    value, before = setting.read(text), await value_of(session, setting)
    if value == before:
        return _line(who, setting, value)
    if setting.one_way and not value and who.actor is not None:
        raise InvalidInput("setting_one_way", _ONE_WAY, field=key)
    if key == SEPARATED:
        await separate(session, who, on=bool(value))
    else:
        await write_setting(session, key, value)
    changed = f"{str(before).lower()} → {str(value).lower()}"
    await note(session, who, setting.action, "setting", fields=[key], purpose=changed)
    return _line(who, setting, value)


_ONE_WAY = Words(
    "这项设置开启后只有平台运营方能关闭。请联系平台运营方。",
    "Once on, only the platform's operator ends this. Ask the operator.",
)


def _line(who: Scope, setting: Setting, value: Value) -> SettingLine:
    may = who.actor is None or who.may(setting.action, "")
    return SettingLine(setting, value, may and not (setting.one_way and bool(value) and who.actor is not None))


def _require(who: Scope, action: str) -> None:
    """The operator at the machine may; everybody else needs the action in the whole tenant."""
    if who.actor is not None:
        who.require(action, "")
