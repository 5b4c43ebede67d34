"""Runs compiled reads: arguments in, the answer's bytes out, by one statement; what only resolvers can say is left to them."""

import json
import re
import secrets
from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError

from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insertion_of
from zhibu_core.tenancy.reading import Expected, Write
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.compiled.parameters import Given
from zhibu_graphql.compiled.plans import Compiled
from zhibu_graphql.compiled.reads import Read
from zhibu_graphql.reading.noting import ENTRIES, entries, others
from zhibu_graphql.sql import Opening
from zhibu_graphql.ways import wrote

MARK = "zhibu-" + secrets.token_hex(16)
"""Stands in an answer where Python has something to do: nobody outside knows it, so no data can hold it."""

_MARKED = re.compile(rf'"{MARK}:(\d+):([^"]*)"')


class OnlyResolvers(Exception):
    """The answer has a part that only resolvers can give, such as an error in its place."""


async def run(
    platform: Platform, scope: Scope, read: Read, prefix: str, still: Expected | None = None
) -> tuple[str, int]:
    """The data of the answer as JSON, and what it did cost; raises `OnlyResolvers`, and for the database `DBAPIError`.

    Only while what the scope was made of is `still` so, if that is given: else raises `Changed`.
    """
    plan = read.compiled
    wrote(0)
    try:
        arguments = plan.arguments(Given(read.values, scope, MARK))
    except ZhibuError as refused:
        raise OnlyResolvers from refused
    opening = Opening(platform, scope, prefix)
    try:
        if plan.noted:
            return await _noting(opening, plan, arguments, still)
        answer = await platform.database.readers.read(scope.tenant.id, plan.statement, arguments, expected=still)
    except DBAPIError as error:
        if isinstance(error.orig, asyncpg.DataError):
            raise OnlyResolvers from error
        raise
    spent, _, data = answer.partition(":")
    return (_opened(opening, plan, data) if plan.is_marked else data), int(spent)


def likeness(scope: Scope, read: Read, prefix: str) -> tuple[Hashable, ...]:
    """What two reads have in common that give one answer: tenant, plan and arguments; the asker where Python opens values.

    Raises `OnlyResolvers`.
    """
    plan = read.compiled
    try:
        arguments = plan.arguments(Given(read.values, scope, MARK))
    except ZhibuError as refused:
        raise OnlyResolvers from refused
    who = (scope.actor, scope.grants, prefix) if plan.is_marked else None
    return scope.tenant.id, plan.statement.name, tuple([arguments[number] for number in plan.used]), who


async def _noting(
    opening: Opening, plan: Compiled, arguments: Sequence[str | None], still: Expected | None
) -> tuple[str, int]:
    """The same with what the audit says of the objects that were opened, written in the transaction of the read."""
    tenant, made = opening.scope.tenant.id, ("", 0)

    def then(answer: str) -> list[Write]:
        nonlocal made
        spent, objects, data = answer.split(":", 2)
        made = _opened(opening, plan, data), int(spent)
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


def _opened(opening: Opening, plan: Compiled, data: str) -> str:
    """The answer with what Python makes of its marked parts; the rest of it is as it came."""
    if MARK not in data:
        return data
    known: dict[tuple[Any, ...], str] = {}

    def put(found: re.Match[str]) -> str:
        key = found.groups()
        if key not in known:
            made = plan.openers[int(key[0])](opening, tuple(key[1].split(":")))
            known[key] = json.dumps(made, ensure_ascii=False)
        return known[key]

    done = _MARKED.sub(put, data)
    if MARK in done:
        raise OnlyResolvers
    return done
