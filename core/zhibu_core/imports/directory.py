"""Whom and what rows may refer to: what the tenant holds already, together with the good rows of the import."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from zhibu_core.imports.names import read_label
from zhibu_core.imports.text import squeezed


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    """An organization that the tenant holds."""

    code: str
    name: str
    short_name: str = ""
    parent_code: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody rows may name. `key` is the tenant's own key; None until the writer of the roster has given one.

    `branches` are codes of the branches whose lists may hold the name: the present one and earlier ones.
    """

    key: Hashable | None
    name: str
    number: str = ""
    citizen_id: str = ""
    branches: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def _nobody(_: str) -> Hashable | None:
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """What the tenant holds before the import.

    `citizen_id_owner` gives the key of the person with this number, or None; `codes` holds the codes of other records
    by `<profile>.<column>`, such as `course.code`.
    """

    organizations: Iterable[KnownOrganization] = ()
    persons: Iterable[Person] = ()
    citizen_id_owner: Callable[[str], Hashable | None] = _nobody
    codes: Mapping[str, Set[str]] = field(default_factory=dict)


class Organizations:
    """Finds organizations by full name, short name or code."""

    def __init__(self, known: Iterable[KnownOrganization]) -> None:
        self.parents: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self._shorts: dict[str, set[str]] = {}
        self._found: dict[str, str | None] = {}
        for organization in known:
            self.add(organization)

    def add(self, organization: KnownOrganization) -> None:
        """Makes an organization known; one with the same code is known by both its names."""
        self.parents[organization.code] = organization.parent_code
        self._codes[squeezed(organization.code)] = organization.code
        self._names.setdefault(squeezed(organization.name), set()).add(organization.code)
        if organization.short_name:
            self._shorts.setdefault(squeezed(organization.short_name), set()).add(organization.code)
        self._found.clear()

    def code(self, text: str) -> str | None:
        """The code of the one organization meant, or None where there is none or more than one."""
        if text not in self._found:
            self._found[text] = self._look(squeezed(text))
        return self._found[text]

    def _look(self, word: str) -> str | None:
        for names in (self._names, self._shorts):
            if found := names.get(word):
                return next(iter(found)) if len(found) == 1 else None
        return self._codes.get(word)


class People:
    """Finds people by number, by citizen id, and by name within a branch."""

    def __init__(self, known: Known) -> None:
        self._owner = known.citizen_id_owner
        self._by_key: dict[Hashable, Person] = {}
        self._by_number: dict[str, Person] = {}
        self._by_citizen_id: dict[str, Person] = {}
        self._by_branch: dict[str, dict[str, list[Person]]] = {}
        self._found: dict[tuple[str, str], Person | None] = {}
        for person in known.persons:
            self._by_key[person.key] = person
            self.add(person)

    def add(self, person: Person) -> None:
        """Makes a person known by everything that is filled."""
        person.names.add(person.name)
        if person.number:
            self._by_number[person.number] = person
        if person.citizen_id:
            self._by_citizen_id[person.citizen_id] = person
        for branch in person.branches:
            for name in person.names:
                same = self._by_branch.setdefault(branch, {}).setdefault(name, [])
                if person not in same:
                    same.append(person)
        self._found.clear()

    def with_number(self, number: str) -> Person | None:
        """Who has this staff or student number."""
        return self._by_number.get(number)

    def with_citizen_id(self, citizen_id: str) -> Person | None:
        """Who has this citizen number, in the import or in the tenant."""
        person = self._by_citizen_id.get(citizen_id)
        if person is None and (key := self._owner(citizen_id)) is not None:
            person = self._by_key.get(key) or Person(key, "")
            self._by_key[key] = self._by_citizen_id[citizen_id] = person
        return person

    def in_branch(self, branch: str, label: str) -> Person | None:
        """Who is meant by a name in a list of this branch; None for nobody, and for one of several namesakes."""
        asked = (branch, label)
        if asked not in self._found:
            self._found[asked] = self._look(branch, label)
        return self._found[asked]

    def _look(self, branch: str, label: str) -> Person | None:
        name, ending = read_label(label)
        namesakes = self._by_branch.get(branch, {}).get(name, [])
        meant = [person for person in namesakes if person.number.endswith(ending)] if ending else namesakes
        return meant[0] if len(meant) == 1 else None


class Directory:
    """Everything that rows may refer to."""

    def __init__(self, known: Known) -> None:
        self.organizations = Organizations(known.organizations)
        self.people = People(known)
        self.codes: dict[str, set[str]] = {name: set(codes) for name, codes in known.codes.items()}
