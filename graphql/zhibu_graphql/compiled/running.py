"""Runs compiled reads: arguments in, the answer's bytes out, by one statement; what only resolvers can say is left to them."""

import json
import re
import secrets
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError

from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.compiled.parameters import Given
from zhibu_graphql.compiled.plans import Compiled
from zhibu_graphql.compiled.reads import Read

MARK = "zhibu-" + secrets.token_hex(16)
"""Stands in an answer where Python has something to do: nobody outside knows it, so no data can hold it."""

_MARKED = re.compile(rf'"{MARK}:(\d+):([^"]*)"')


class OnlyResolvers(Exception):
    """The answer has a part that only resolvers can give, such as an error in its place."""


async def run(platform: Platform, scope: Scope, read: Read) -> tuple[str, int]:
    """The data of the answer as JSON, and what it did cost; raises `OnlyResolvers`, and for the database `DBAPIError`."""
    plan = read.compiled
    try:
        arguments = plan.arguments(Given(read.values, scope, MARK))
    except ZhibuError as refused:
        raise OnlyResolvers from refused
    try:
        answer = await platform.database.readers.read(scope.tenant.id, plan.statement, arguments)
    except DBAPIError as error:
        if isinstance(error.orig, asyncpg.DataError):
            raise OnlyResolvers from error
        raise
    spent, _, data = answer.partition(":")
    return (_opened(platform, scope, plan, data) if plan.is_marked else data), int(spent)


def _opened(platform: Platform, scope: Scope, plan: Compiled, data: str) -> str:
    """The answer with what Python makes of its marked parts; the rest of it is as it came."""
    if MARK not in data:
        return data
    known: dict[tuple[Any, ...], str] = {}

    def put(found: re.Match[str]) -> str:
        key = found.groups()
        if key not in known:
            made = plan.openers[int(key[0])](platform, scope, tuple(key[1].split(":")))
            known[key] = json.dumps(made, ensure_ascii=False)
        return known[key]

    done = _MARKED.sub(put, data)
    if MARK in done:
        raise OnlyResolvers
    return done
