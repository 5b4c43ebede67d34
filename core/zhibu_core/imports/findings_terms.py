"""Findings on rows of terms of office: elections that are overdue on the tenant's day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from zhibu_core.imports.profile import Finding
from zhibu_core.words import Words

CRITICAL_DAYS: Final = 365
_ARTICLE = Words(
    "《关于党的基层组织任期的意见》（2018年）第1点", "Opinion on terms of grass-roots organizations (2018), point 1"
)


def term_findings(row: Mapping[str, Any], today: date) -> Sequence[Finding]:
    """`term_overdue` when today is later than the end, `term_overdue_1y` instead from 365 days on; a note changes nothing."""
    late = (today - row["end"]).days
    if late <= 0:
        return ()
    code = "term_overdue_1y" if late >= CRITICAL_DAYS else "term_overdue"
    message = Words(
        f"任期已于{row['end']:%Y-%m-%d}届满，超期{late}天。请尽快换届，或报上级批准延期。",
        f"The term ended on {row['end']:%Y-%m-%d}, {late} days ago. Hold the election, or ask for approval of a later day.",
    )
    return (Finding(code, _ARTICLE, message),)
