"""Settings of a tenant: what core and plugins declare, reading one, and keeping one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.words import Words

Value = bool | int
_ON, _OFF = frozenset({"true", "on"}), frozenset({"false", "off", ""})


@dataclass(frozen=True)
class Setting:
    """Something that a tenant sets for itself: a switch where `default` is a bool, else a number from `low` to `high`.

    `about` says what it does, `action` is what one must hold in the whole tenant to change it. A `one_way` switch is
    switched on by the tenant and off by the platform's operator only.
    """

    key: str
    title: Words
    about: Words
    action: str
    default: Value
    low: int = 0
    high: int = 0
    one_way: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off, and no number."""
        return isinstance(self.default, bool)

    def read(self, text: str) -> Value:
        """The value that somebody wrote; raises `InvalidInput` naming the setting."""
        given = text.strip().lower()
        if self.is_switch and given in _ON | _OFF:
            return given in _ON
        if not self.is_switch and given.isdecimal() and len(given) < 10 and self.low <= int(given) <= self.high:
            return int(given)
        wanted = (
            Words("请填写 true 或 false。", "Say true or false.")
            if self.is_switch
            else Words(
                f"请填写 {self.low} 到 {self.high} 的整数。", f"Give a whole number from {self.low} to {self.high}."
            )
        )
        raise InvalidInput("setting_value", wanted, field=self.key)


async def value_of(session: AsyncSession, setting: Setting) -> Value:
    """What the tenant has set, or the default."""
    found: Value = await read_setting(session, setting.key, setting.default)
    return found


async def read_setting(session: AsyncSession, key: str, default: Any, *, held: bool = False) -> Any:
    """The value under a key, or the default; where it is `held`, who changes it waits until this transaction is over."""
    query = select(TenantSetting.value).where(TenantSetting.key == key)
    found = await session.scalar(query.with_for_update(read=True) if held else query)
    return default if found is None else found.get("value", default)


async def write_setting(session: AsyncSession, key: str, value: Any) -> None:
    """Keeps the value under a key."""
    row = await session.scalar(select(TenantSetting).where(TenantSetting.key == key).with_for_update())
    if row is None:
        row = TenantSetting(id=new_id(), key=key)
        session.add(row)
    row.value = {"value": value}
    await session.flush()
