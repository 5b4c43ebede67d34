"""Compares what a thing in Keycloak should be with what it is: only what we ask for counts, the rest is its own affair."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Wanted = Mapping[str, Any]


def differences(wanted: Any, found: Any, at: str) -> Iterator[str]:
    """One line a difference, such as "realm zhibu: sslRequired is none, should be external"."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            yield from differences(value, found.get(key) if isinstance(found, Mapping) else None, f"{at}: {key}")
    elif isinstance(wanted, Sequence) and not isinstance(wanted, str):
        yield from _of_lists(wanted, found if isinstance(found, Sequence) else (), at)
    elif wanted != found:
        yield f"{at} is {_shown(found)}, should be {_shown(wanted)}"


def _of_lists(wanted: Sequence[Any], found: Sequence[Any], at: str) -> Iterator[str]:
    """Lists of named things are compared by name, others as sets: what is too much is drift as well."""
    if wanted and all(isinstance(one, Mapping) and "name" in one for one in wanted):
        known = {one["name"]: one for one in found if isinstance(one, Mapping)}
        for one in wanted:
            if one["name"] not in known:
                yield f"{at} {one['name']} is missing"
            else:
                yield from differences(one, known[one["name"]], f"{at} {one['name']}")
    elif sorted(map(str, wanted)) != sorted(map(str, found)):
        yield f"{at} is {_shown(sorted(map(str, found)))}, should be {_shown(sorted(map(str, wanted)))}"


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) or "empty" if isinstance(value, list) else str(value)
