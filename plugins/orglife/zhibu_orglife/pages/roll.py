"""The roll of a record form: who is due, how each is marked, and who is listed without being asked for."""

import datetime as dt
import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L, Lazy
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.due import DuePerson, due_list
from zhibu_orglife.pages.fields import Fields
from zhibu_web.components import MARKS, Mark, Option, RollPerson
from zhibu_web.labels import told_apart

EXEMPT, MOBILE, LOST = _L("no hard demands"), _L("away from here"), _L("cannot be reached")
"""Why somebody is listed apart from the roll."""

FULL = "full_member"
"""The class of members who have a vote."""


@dataclass(frozen=True)
class RollForm:
    """`called` stand on the roll; `others` belong to the branch and may be added; `owners` may take a task; `voters`
    are the keys of those among all of them who have a vote.
    """

    called: tuple[RollPerson, ...]
    others: tuple[RollPerson, ...]
    owners: tuple[Option, ...]
    voters: frozenset[str] = frozenset()

    @property
    def due(self) -> list[str]:
        """The keys of everybody who is called."""
        return [person.key for person in self.called]

    def differs_from(self, rows: Set[str]) -> bool:
        """Whether a roll of these rows lacks somebody who is due, or has somebody who is not due any more."""
        waiting = {person.key for person in self.called if person.mark is None}
        return not (waiting <= rows <= set(self.due))

    def count(self, *marks: str) -> int:
        """How many of the called have one of these marks."""
        return sum(person.mark in marks for person in self.called)


async def roll_form(session: AsyncSession, who: Scope, branch: Organization, said: Fields) -> RollForm:
    """The roll for the day and kinds in the fields, with the marks that stand there."""
    day: dt.date = said.held_on or who.today
    people = await due_list(session, who, branch.id, day, said.kinds, said.grp or None)
    names = told_apart([(one.person_id, one.name, one.number) for one in people])
    called = [_line(said, one, names) for one in people if one.expected or one.person_id.hex in said.marks]
    others = [
        _line(said, one, names, _why(one)) for one in people if not one.expected and one.person_id.hex not in said.marks
    ]
    known = {one.person_id.hex for one in people}
    strangers = await _named(session, [uuid.UUID(hex=key) for key in said.marks if key not in known])
    called += [RollPerson(key, name, _mark(said, key), said.reasons.get(key, "")) for key, name in strangers]
    owners = [Option(person.key, person.name) for person in (*called, *others)]
    voters = frozenset(one.person_id.hex for one in people if one.member_class == FULL)
    return RollForm(tuple(called), tuple(others), tuple(owners), voters)


def _line(said: Fields, one: DuePerson, names: dict[uuid.UUID, str], note: Lazy | None = None) -> RollPerson:
    key = one.person_id.hex
    return RollPerson(key, names[one.person_id], _mark(said, key), said.reasons.get(key, ""), note)


def _mark(said: Fields, key: str) -> Mark | None:
    mark = said.marks.get(key)
    return mark if mark in MARKS else None


def _why(one: DuePerson) -> Lazy:
    if one.is_lost:
        return LOST
    return MOBILE if one.is_mobile else EXEMPT


async def _named(session: AsyncSession, people: Sequence[uuid.UUID]) -> list[tuple[str, str]]:
    if not people:
        return []
    query = select(Person.id, Person.name).where(Person.id.in_(people)).order_by(Person.sort_name)
    return [(person.hex, name) for person, name in await session.execute(query)]
