"""References of one row to others: organizations become codes, people become `Person`, codes stay codes."""

from typing import Any

from zhibu_core.imports.compare import Check
from zhibu_core.imports.directory import Directory
from zhibu_core.imports.names import read_name
from zhibu_core.imports.profile import Column, Profile
from zhibu_core.imports.values import Bad


def check_of(profile: Profile, column: Column, directory: Directory) -> Check | None:
    """What follows a column's reference and puts what it found into the row; None for a column without one.

    A parent is looked at with all rows of the tree together (see `tree`).
    """
    if column.refers == "organization":
        return _organization(profile, column, directory)
    if column.refers == "person":
        return _person(profile, column, directory)
    if column.refers == "people":
        return _people(profile, column, directory)
    if "." in column.refers:
        return _listed(profile, column, directory)
    return None


def _organization(profile: Profile, column: Column, directory: Directory) -> Check:
    place = profile.index[column.key]

    def check(values: list[Any]) -> Bad | None:
        code = directory.organizations.code(values[place])
        if code is None:
            return Bad(column.code, values[place])
        values[place] = code
        return None

    return check


def _person(profile: Profile, column: Column, directory: Directory) -> Check:
    place, name = profile.index[column.key], profile.index[column.name]

    def check(values: list[Any]) -> Bad | None:
        person = directory.people.with_number(values[place])
        said = values[name]
        # A number that belongs to somebody else is a slip of the pen: nothing may be booked on that person.
        if person is None or (
            isinstance(said, str) and said not in person.names and read_name(said) not in person.names
        ):
            return Bad(column.code, values[place])
        values[place] = person
        return None

    return check


def _people(profile: Profile, column: Column, directory: Directory) -> Check:
    place, branch = profile.index[column.key], profile.index[column.branch]

    def check(values: list[Any]) -> Bad | None:
        found = []
        for label in values[place]:
            person = directory.people.in_branch(values[branch], label)
            if person is None:
                return Bad(column.code, label)
            found.append(person)
        values[place] = tuple(dict.fromkeys(found))
        return None

    return check


def _listed(profile: Profile, column: Column, directory: Directory) -> Check:
    place = profile.index[column.key]

    def check(values: list[Any]) -> Bad | None:
        return None if values[place] in directory.codes.get(column.refers, ()) else Bad(column.code, values[place])

    return check
