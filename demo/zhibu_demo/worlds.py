"""The two demo tenants: invented names, marked as examples, on the imagined day of their workbooks."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 10, 31)
BOOKS = (
    "组织机构.xlsx",
    "党员花名册.xlsx",
    "任期换届.xlsx",
    "会议记录.xlsx",
    "学习培训.xlsx",
    "发展党员台账.xlsx",
    "党费台账.xlsx",
)


@dataclass(frozen=True)
class World:
    """One tenant of the demo; `folder` holds its seven workbooks."""

    slug: str
    name: str
    preset: str

    @property
    def files(self) -> list[str]:
        """The workbooks' paths."""
        return [str(DATA / self.preset / book) for book in BOOKS]


WORLDS = (
    World("demo-university", "云汀大学", "university"),
    World("demo-enterprise", "衡岭装备集团", "enterprise"),
)
