"""Runs compiled reads: arguments in, the answer's data and errors out, by one statement."""

import json
import re
import secrets
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy.exc import DBAPIError

from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insertion_of
from zhibu_core.tenancy.reading import Expected, Write
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.compiled.parameters import Given
from zhibu_graphql.compiled.plans import Compiled
from zhibu_graphql.compiled.powers import held
from zhibu_graphql.compiled.reads import Read
from zhibu_graphql.compiled.refusals import told
from zhibu_graphql.compiled.rows import NotCompiled
from zhibu_graphql.errors import FieldError
from zhibu_graphql.reading.noting import ENTRIES, entries, others
from zhibu_graphql.spending import actual_cost
from zhibu_graphql.sql import Opening
from zhibu_graphql.ways import wrote

MARK = "zhibu-" + secrets.token_hex(16)
"""Stands in an answer where Python has something to do: nobody outside knows it, so no data can hold it."""

_MARKED = re.compile(rf'"{MARK}:(\d+):([^"]*)"')


class OnlyResolvers(Exception):
    """Only resolvers can say what is wrong with the operation's values."""


class Result(NamedTuple):
    """The data as JSON, what it did cost, and the errors of fields that are refused in it."""

    data: str
    spent: int
    errors: Sequence[FieldError] = ()


async def run(platform: Platform, scope: Scope, read: Read, prefix: str, still: Expected | None = None) -> Result:
    """The answer to a read; raises `OnlyResolvers`, and for the database `DBAPIError`.

    Only while what the scope was made of is `still` so, if that is given: else raises `Changed`.
    """
    wrote(0)
    plan, arguments = _ready(read, scope)
    opening = Opening(platform, scope, prefix)
    try:
        if plan.noted:
            return await _noting(opening, plan, arguments, read.text, still)
        answer = await platform.database.readers.read(scope.tenant.id, plan.statement, arguments, expected=still)
    except DBAPIError as error:
        if isinstance(error.orig, asyncpg.DataError):
            raise OnlyResolvers from error
        raise
    spent, _, data = answer.partition(":")
    return _finished(opening, plan, read.text, data, int(spent))


def _ready(read: Read, scope: Scope) -> tuple[Compiled, list[str | None]]:
    """The plan with its arguments; where values are no good, a plan for these alone, which says so where they are used."""
    plan, given = read.compiled, Given(read.values, scope, MARK, held(scope.grants))
    try:
        return plan, plan.arguments(given)
    except ZhibuError:
        pass
    try:
        plan = plan.of_values(given)
        return plan, plan.arguments(given)
    except (ZhibuError, NotCompiled) as refused:
        raise OnlyResolvers from refused


def likeness(scope: Scope, read: Read, prefix: str) -> tuple[Hashable, ...]:
    """What two reads have in common that give one answer: tenant, plan and arguments; where Python has something to do
    also asker, text and values.

    Raises `OnlyResolvers`.
    """
    plan, arguments = _ready(read, scope)
    more = (scope.actor, scope.grants, prefix, read.text, *read.values) if plan.is_marked else None
    return scope.tenant.id, plan.statement.name, tuple([arguments[number] for number in plan.used]), more


async def _noting(
    opening: Opening, plan: Compiled, arguments: Sequence[str | None], text: str, still: Expected | None
) -> Result:
    """The same with what the audit says of the objects that were opened, written in the transaction of the read."""
    tenant, made = opening.scope.tenant.id, Result("", 0)

    def then(answer: str) -> list[Write]:
        nonlocal made
        spent, objects, data = answer.split(":", 2)
        made = _finished(opening, plan, text, data, int(spent))
        written: list[Write] = [
            insertion_of(ENTRIES, tenant, rows) for rows in _rows(opening.scope, plan, objects) if rows
        ]
        wrote(len(written))
        return written

    await opening.platform.database.readers.read(tenant, plan.statement, arguments, then, expected=still)
    return made


def _rows(scope: Scope, plan: Compiled, objects: str) -> list[list[dict[str, Any]]]:
    """The rows of the audit, for each thing that is said."""
    named = [one.split("/") for one in objects.split(",") if one]
    return [
        entries(scope, noted, others(scope, [UUID(key) for what, key in named if int(what) == number]), None)
        for number, noted in enumerate(plan.noted)
    ]


def _finished(opening: Opening, plan: Compiled, text: str, data: str, spent: int) -> Result:
    """The answer with what Python makes of its marks: the rest is as it came, but where a field is refused it is read anew."""
    if not plan.is_marked or MARK not in data:
        return Result(data, spent)
    opened = _opened(opening, plan, data)
    if MARK not in opened:
        return Result(opened, spent)
    shown, errors = told(msgspec.json.decode(opened), MARK, plan.refusals, text)
    family = plan.family
    cost = actual_cost(family.schema, family.document, family.operation, shown)
    return Result(msgspec.json.encode(shown).decode(), cost, errors)


def _opened(opening: Opening, plan: Compiled, data: str) -> str:
    """The answer with the values that Python opens."""
    known: dict[tuple[Any, ...], str] = {}

    def put(found: re.Match[str]) -> str:
        key = found.groups()
        if key not in known:
            made = plan.openers[int(key[0])](opening, tuple(key[1].split(":")))
            known[key] = json.dumps(made, ensure_ascii=False)
        return known[key]

    return _MARKED.sub(put, data)
