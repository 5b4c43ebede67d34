"""What a good row makes known to the rows of other sheets: an organization, a person, or its code."""

from collections.abc import Callable
from typing import Any

from zhibu_core.imports.compare import Check
from zhibu_core.imports.directory import Directory, KnownOrganization, Person
from zhibu_core.imports.profile import Profile
from zhibu_core.imports.result import Row
from zhibu_core.imports.values import Bad

Registrar = Callable[[Row], Person | None]

ORGANIZATION, ROSTER = "organization", "roster"
"""The two profiles whose rows others stand on; both are core's own."""


def registrar(profile: Profile, directory: Directory) -> Registrar:
    """What to do with each good row of a profile; answers the person behind the row where there is one."""
    if profile.key == ORGANIZATION:
        return lambda row: _organization(row, directory)
    if profile.key == ROSTER:
        return lambda row: _person(row, directory)
    lists = [
        (column.key, directory.codes.setdefault(f"{profile.key}.{column.key}", set()))
        for column in profile.columns
        if column.unique and column.kind == "code"
    ]

    def register(row: Row) -> None:
        for key, codes in lists:
            codes.add(row[key])

    return register


def _organization(row: Row, directory: Directory) -> None:
    directory.organizations.add(
        KnownOrganization(row["code"], row["name"], row["short_name"] or "", row["parent_code"] or "")
    )


def number_check(profile: Profile, directory: Directory) -> Check | None:
    """For the roster: a staff or student number belongs to the person who has this citizen number, or to nobody yet."""
    if profile.key != ROSTER:
        return None
    number, citizen_id = profile.index["number"], profile.index["citizen_id"]

    def check(values: list[Any]) -> Bad | None:
        holder = directory.people.with_number(values[number])
        if holder is None or holder is directory.people.with_citizen_id(values[citizen_id]):
            return None
        return Bad("code_duplicate", values[number])

    return check


def _person(row: Row, directory: Directory) -> Person:
    """The tenant's own person or one of an earlier file, found by citizen number; else a new one."""
    people = directory.people
    person = people.with_citizen_id(row["citizen_id"]) or Person(None, row["name"])
    person.name, person.citizen_id = row["name"], row["citizen_id"]
    person.number = row["number"] or person.number
    person.branches.add(row["organization"])
    people.add(person)
    return person
