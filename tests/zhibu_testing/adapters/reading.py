"""Small readers that the adapters share: dates, exact numbers, rules in force."""

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from zhibu_core.ledger.rules import RuleBook, core_packs, packs_of

T = TypeVar("T")


def day(text: str | None) -> date | None:
    """A date as vectors write it."""
    return date.fromisoformat(text) if text else None


def required_day(text: str) -> date:
    """A date that has to be there."""
    return date.fromisoformat(text)


def exact(number: Any) -> Fraction | None:
    """A number, or a decimal string, without rounding."""
    return None if number is None else Fraction(str(number))


@cache
def book_of(package: str) -> RuleBook:
    """The rule book of the packs that one package brings, without a tenant's layer."""
    return RuleBook(core_packs() if package == "zhibu_core" else packs_of(package))


def in_force(package: str, code: str, on: date, into: type[T]) -> T:
    """The parameters of a rule on a day; days before its first version take that one."""
    book = book_of(package)
    return (book.in_force(code, on) or book.versions(code)[0]).read(into)
