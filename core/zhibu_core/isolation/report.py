"""What a proof of isolation found, check by check: for people in words, for programs as one object."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words


@dataclass(frozen=True)
class Fault:
    """One thing (a table, a function, a field) that does not keep tenants apart, and how it fails."""

    thing: str
    what: Words


@dataclass(frozen=True)
class Check:
    """One question that was put to the running system: `looked_at` is how many things it was put to."""

    key: str
    title: Words
    looked_at: int
    faults: tuple[Fault, ...] = ()
    said: Words | None = None
    """What else must be known to read the result, such as a written exception."""

    @property
    def holds(self) -> bool:
        """Whether it found nothing wrong."""
        return not self.faults


@dataclass(frozen=True)
class Report:
    """All checks of one run for one tenant; `had_neighbour` says whether there was another tenant's data to look for."""

    tenant: Tenant
    at: dt.datetime
    seconds: float
    had_neighbour: bool
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether no check found anything."""
        return all(check.holds for check in self.checks)

    @property
    def faults(self) -> list[tuple[Check, Fault]]:
        """Everything that was found, with the check that found it."""
        return [(check, fault) for check in self.checks for fault in check.faults]

    def as_line(self) -> dict[str, Any]:
        """The keys of the JSON object."""
        return {
            "tenant": self.tenant.slug,
            "holds": self.holds,
            "at": self.at.isoformat(),
            "seconds": round(self.seconds, 1),
            "had_neighbour": self.had_neighbour,
            "checks": [
                {
                    "check": check.key,
                    "holds": check.holds,
                    "looked_at": check.looked_at,
                    "faults": [
                        {"thing": fault.thing, "zh": fault.what.zh, "en": fault.what.en} for fault in check.faults
                    ],
                }
                for check in self.checks
            ],
        }

    def as_text(self, locale: str) -> str:
        """The whole report as plain text in one language, for a file or a terminal."""
        lines = [HEAD.of(locale), "", *(f"{label.of(locale)}{text}" for label, text in self._card(locale)), ""]
        for number, check in enumerate(self.checks, start=1):
            verdict = (HOLDS if check.holds else FAILS).of(locale)
            lines.append(f"{number}. {check.title.of(locale)} {LOOKED.of(locale) % check.looked_at} {verdict}")
            lines += [f"   - {fault.thing}: {fault.what.of(locale)}" for fault in check.faults]
            lines += [f"   {check.said.of(locale)}"] if check.said else []
        return "\n".join([*lines, "", LIMITS.of(locale), ""])

    def _card(self, locale: str) -> list[tuple[Words, str]]:
        at = self.at.astimezone(ZoneInfo(self.tenant.zone)).strftime("%Y-%m-%d %H:%M:%S %Z")
        verdict = (WHOLE if self.holds else BROKEN).of(locale)
        if not self.had_neighbour:
            verdict += ALONE.of(locale)
        return [
            (Words("租户：", "Tenant: "), f"{self.tenant.name} ({self.tenant.slug})"),
            (Words("时间：", "Run at: "), at),
            (Words("用时：", "Took: "), f"{self.seconds:.1f} s"),
            (Words("结论：", "Result: "), verdict),
        ]


HEAD = Words("隔离自检报告", "Report of the isolation check")
HOLDS = Words("未发现问题。", "Nothing wrong.")
FAILS = Words("发现问题：", "Found:")
LOOKED = Words("（检查 %d 项）", "(%d looked at)")
WHOLE = Words("隔离有效，没有发现可越过租户的途径。", "Isolation holds: no way from one tenant to another was found.")
BROKEN = Words("隔离有缺口，请立即联系平台运营方。", "Isolation is broken. Call the operator at once.")
ALONE = Words(
    "本平台目前没有其他租户，外部编号均为随机生成。", " There is no other tenant yet: foreign ids were made up."
)
LIMITS = Words(
    "说明：自检以本平台运行账号的权限进行，所有试写均已撤回。它不证明数据库管理员看不到数据，"
    "也不证明运行账号的口令没有外泄。",
    "Note: the check runs with the rights of the platform's own account and takes back everything it tries to write. "
    "It does not prove that the database's administrator cannot see data, nor that the account's password has not leaked.",
)
