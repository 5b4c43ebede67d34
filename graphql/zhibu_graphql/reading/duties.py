"""Duties as lists: computed by the ledger for a part of the tree, then kept to what the asker may read."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import select

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, DutyState, Reach, duties_of
from zhibu_core.periods import Period
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.context import Context
from zhibu_graphql.reading.organizations import O

TAG = "D"
ACTION = "duty.read"
BY_RULES = "duties follow from the rules in force and are never stored"
"""Why no SQL can say them."""


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """What resolvers of Duty get as `root`; `path` is its organization's place in the tree."""

    duty: Duty
    path: str


async def duties_in(
    context: Context, period: Period, states: frozenset[DutyState] | None, path: str, *, with_facts: bool = False
) -> list[DutyRecord]:
    """The duties of the subtree of `path` that the asker may read, by a fixed number of statements."""
    found: list[DutyRecord] = []
    for reach in reaches(context.scope, path):
        found += await duties_within(context, period, states, Reach(reach), with_facts=with_facts)
    return found


async def duties_within(
    context: Context,
    period: Period,
    states: frozenset[DutyState] | None,
    reach: Reach,
    *,
    with_facts: bool = False,
) -> list[DutyRecord]:
    """The duties in reach that the asker may read; the asker must hold the action at the reach's path."""
    scope = context.scope
    async with context.turn() as session:
        book = await rule_book(context.platform, session, scope)
        duties = await duties_of(session, book, period, reach, scope.today, states=states, with_facts=with_facts)
    paths = await paths_of(context, {duty.organization_id for duty in duties})
    return [
        DutyRecord(duty, paths[duty.organization_id])
        for duty in duties
        if duty.person_id is None or may_read_person(scope, duty.person_id, paths[duty.organization_id])
    ]


def may_read_person(scope: Scope, person: uuid.UUID, path: str) -> bool:
    """Whether the asker may read what is asked of a person of the branch at this path."""
    own = scope.actor is not None and scope.actor.person_id == person and scope.may("member.read_own")
    return own or scope.may("member.read", path)


def reaches(scope: Scope, path: str) -> list[str]:
    """The parts of a subtree in which the asker may read duties."""
    held = scope.paths(ACTION)
    if any(path.startswith(above) for above in held):
        return [path]
    return [below for below in held if below.startswith(path)]


def common_path(paths: Sequence[str]) -> str:
    """The path of the nearest organization that stands above all these, or is the one of them."""
    parts = zip(*(path.split("/")[:-1] for path in paths), strict=False)
    return "".join(f"{column[0]}/" for column in takewhile(lambda column: len(set(column)) == 1, parts))


async def paths_of(context: Context, organizations: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Where organizations stand; of the whole tenant, which is one statement and small."""

    async def fetch(_keys: list[Any]) -> dict[str, dict[uuid.UUID, str]]:
        rows = await context.rows(select(O.c.id, O.c.path).where(O.c.tenant_id == context.scope.tenant.id))
        return {"all": {row.id: row.path for row in rows}}

    wanted = list(organizations)
    return (await context.load("paths", "all", fetch) or {}) if wanted else {}


def key_of_place(record: DutyRecord) -> tuple[Any, ...]:
    """A duty's place in lists: by deadline, then where and of whom it is asked."""
    duty = record.duty
    person = duty.person_id.hex if duty.person_id else ""
    return (duty.due_on, record.path, duty.version.code, duty.window, duty.group or "", person)
