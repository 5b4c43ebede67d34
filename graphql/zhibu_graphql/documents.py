"""Reads a document once: parsed, inside the limits, valid for a set's schema; kept by its text, bounded."""

from dataclasses import dataclass, field

from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, parse, specified_rules, validate
from graphql.validation import recommended_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from zhibu_core.bounded import Bounded
from zhibu_core.errors import LimitExceeded
from zhibu_core.words import Words
from zhibu_graphql.errors import RequestRefused, of_request
from zhibu_graphql.limits import MAX_TOKENS, check_text
from zhibu_graphql.plain import is_plain_and_valid

KEPT = 1_000
LONGEST_KEPT = 16_384
MAX_ERRORS = 20
RULES = tuple(dict.fromkeys((*specified_rules, *recommended_rules, MaybeNullValidationRule, OneOfInputValidationRule)))
PARSING_GAVE_UP = "Parsing aborted."
VALIDATION_GAVE_UP = "Validation aborted."
"""What graphql-core says where a text is too much for itself."""

NEEDS_FIRST = "(first:)"
"""What the validation of a missing `first` says: it is refused like a limit, whatever the caller reads."""


@dataclass
class Documents:
    """The documents of one process, by plugin set and text."""

    _kept: Bounded[tuple[frozenset[str], str], DocumentNode] = field(default_factory=lambda: Bounded(KEPT))

    def read(self, plugins: frozenset[str], schema: GraphQLSchema, text: str) -> DocumentNode:
        """The valid document; raises `RequestRefused`, `LimitExceeded`."""
        found = self._kept.get((plugins, text))
        if found is None:
            found = read_document(schema, text)
            if len(text) <= LONGEST_KEPT:
                self._kept.put((plugins, text), found)
        return found

    def __len__(self) -> int:
        return len(self._kept)


def read_document(schema: GraphQLSchema, text: str) -> DocumentNode:
    """Parses, checks and validates a text; raises `RequestRefused`, `LimitExceeded`."""
    try:
        document = _parse(text)
        check_text(document)
        if is_plain_and_valid(schema, document):
            return document
        errors = validate(schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)
    except RecursionError:
        raise _too_deep() from None
    if errors and errors[-1].message == VALIDATION_GAVE_UP:
        raise LimitExceeded(
            "complexity",
            Words(
                "操作太复杂，无法检查。请拆成几次查询。",
                "The operation is too complex to check. Split it into several queries.",
            ),
        )
    if errors:
        raise RequestRefused([of_request(error) for error in errors], legacy=not any(map(_lacks_first, errors)))
    return document


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if f"more than {MAX_TOKENS} tokens" in error.message:
            raise LimitExceeded(
                "tokens",
                Words(f"一次操作最多 {MAX_TOKENS} 个词法单元。", f"An operation has at most {MAX_TOKENS} tokens."),
            ) from None
        if PARSING_GAVE_UP in error.message:
            raise _too_deep() from None
        raise RequestRefused([of_request(error)], legacy=True) from None


def _too_deep() -> LimitExceeded:
    return LimitExceeded(
        "depth", Words("嵌套太深。请拆成几次查询。", "Nested too deeply. Split it into several queries.")
    )


def _lacks_first(error: GraphQLError) -> bool:
    return NEEDS_FIRST in error.message
