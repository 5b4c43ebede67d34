"""The answer to a compiled read: written out in the reader's language, told to the audit where fields are refused."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from zhibu_core.errors import Forbidden
from zhibu_graphql.errors import FieldError, of_field


@dataclass(slots=True, eq=False)
class Answered:
    """Data and cost as JSON, and the errors of fields."""

    data: str
    cost: str
    errors: Sequence[FieldError] = ()

    def content(self, locale: Callable[[], str]) -> bytes:
        """The answer as it is sent; the reader's language is asked for only where something is said in it."""
        said = f'"errors":{msgspec.json.encode(self.said(locale())).decode()},' if self.errors else ""
        return f'{{{said}"data":{self.data},"extensions":{{"cost":{self.cost}}}}}'.encode()

    def said(self, locale: str) -> list[dict[str, Any]]:
        """The errors in a language."""
        return [of_field(error, locale) for error in self.errors]

    @property
    def refused(self) -> Iterator[Forbidden]:
        """The refusals among them."""
        return (one.error for one in self.errors if isinstance(one.error, Forbidden))
