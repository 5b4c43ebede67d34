"""How large the bench's world is: the shape of performance.md, whole or a tenth of its tenants."""

import datetime as dt
import uuid
from dataclasses import dataclass

TODAY = dt.date(2026, 10, 31)
ISSUER = "https://id.example.edu.cn/realms/bench"
ORGANIZATION, PERSON, MEMBERSHIP, MEETING, ATTENDANCE, ACTIVITY, TRAINING, COURSE, OTHER = range(1, 10)
"""Kinds of row, part of their ids."""

PER_TENANT = 1_000_000_000
"""Rows of one kind that a tenant's ids have room for."""


@dataclass(frozen=True)
class Shape:
    """Tenants of one size; `meetings` a branch, `lessons` a member. A tenth is a tenth of the tenants: each stays whole."""

    tenants: int = 20
    generals: int = 30
    branches: int = 600
    members: int = 10_000
    meetings: int = 10
    lessons: int = 5

    def __str__(self) -> str:
        t = self.tenants
        organizations = (1 + self.generals + self.branches) * t
        return (
            f"{t} tenants, {self.members * t:,} members, {organizations:,} organizations, "
            f"{self.members * self.meetings * t:,} attendances, {self.members * self.lessons * t:,} lessons"
        )


WHOLE, SHORT = Shape(), Shape(tenants=2)


@dataclass(frozen=True)
class Place:
    """A tenant of the bench: its number counts from 0."""

    id: uuid.UUID
    slug: str
    number: int

    def row(self, kind: int, number: int) -> uuid.UUID:
        """The id of a row, as data.sql makes it: in order of number, so that indexes grow as with uuid7."""
        return uuid.UUID(f"0193000000{kind:02x}7000{self.number * PER_TENANT + number:016x}")
