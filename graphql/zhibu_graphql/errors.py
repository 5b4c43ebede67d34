"""Errors in answers: those of the domain with their category as code, everything unexpected masked and logged."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from zhibu_core.errors import Forbidden, NotFound, ZhibuError
from zhibu_core.http.problems import as_domain_error
from zhibu_core.words import Words
from zhibu_graphql.fields import part, plain

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


@part(description="What was wrong with what a mutation was given.")
class UserError:
    code: str = plain("What it is, as a word for programs.")
    message: str = plain("What it is and what to do, as a sentence for people.")
    field: str | None = plain("Which input it is about, if one.")


@dataclass
class Refused:
    """What the payload of a mutation that was undone is read from: the errors, and null for everything else."""

    errors: list[UserError]

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class RequestRefused(Exception):
    """GraphQL's own refusal, before the operation is run: 400 and no data; `legacy` errors are 200 for who reads plain JSON only."""

    def __init__(self, errors: Sequence[dict[str, Any]], *, legacy: bool = False) -> None:
        super().__init__(errors)
        self.errors = list(errors)
        self.legacy = legacy


def not_there(field: str, message: Words) -> NotFound:
    """For an id that is foreign, unknown or not readable: said alike, and without the id."""
    return NotFound("not_found", message, field=field)


def input_name(field: str) -> str:
    """The name that a field of the domain has in an input: `ends_on` is `endsOn`; whatever is no such name stays."""
    return to_camel_case(field) if _SNAKE.fullmatch(field) else field


def of_domain(error: ZhibuError, locale: str) -> dict[str, Any]:
    """A domain error as an entry of `errors` in a language; `reason` is its own code, `code` the category."""
    extensions: dict[str, Any] = {"code": error.category, "reason": error.code}
    if error.field:
        extensions["field"] = input_name(error.field)
    return {"message": error.message.of(locale), "extensions": extensions}


def of_request(error: GraphQLError) -> dict[str, Any]:
    """An error of parsing, validation or variables: it speaks of the caller's own text only."""
    return _placed(error, {"message": error.message, "extensions": {"code": "BAD_USER_INPUT"}})


def of_execution(error: GraphQLError, locale: str) -> dict[str, Any]:
    """An error of a resolver; what is not the domain's is logged, and shown as INTERNAL without its text."""
    return _placed(error, of_domain(as_domain_error(error.original_error or error), locale))


@dataclass(frozen=True, slots=True)
class FieldError:
    """An error of one field, as a compiled read knows it: `places` are line and column of the nodes that ask for the field."""

    error: ZhibuError
    places: Sequence[tuple[int, int]]
    path: Sequence[str | int]


def of_field(error: FieldError, locale: str) -> dict[str, Any]:
    """The same entry as of a resolver that raises the error."""
    locations = [{"line": line, "column": column} for line, column in error.places]
    return of_domain(error.error, locale) | {"locations": locations, "path": list(error.path)}


def refused_in(answer: Mapping[str, Any]) -> Iterator[Forbidden]:
    """The refusals among an answer's errors, each with its own code."""
    for entry in answer.get("errors", ()):
        if entry["extensions"].get("code") == Forbidden.category:
            yield Forbidden(entry["extensions"]["reason"], entry["message"])


def _placed(error: GraphQLError, entry: dict[str, Any]) -> dict[str, Any]:
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        entry["path"] = list(error.path)
    return entry
