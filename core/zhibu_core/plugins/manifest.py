"""What a plugin says about itself, and the typed things it may give the platform."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhibu_core.words import Words

CONTRACT = 1
"""The contract that this platform speaks; a plugin that speaks another is shown as unavailable with the reason."""


@dataclass(frozen=True)
class Manifest:
    """A plugin's card: what it is, what it needs, what it keeps.

    `tables_prefix` must be the key and an underscore; `package` finds migrations/, templates/, locale/ and static/;
    `data_classes` names what it stores of persons: "none", "personal", "sensitive".
    """

    key: str
    version: str
    contract: int
    title: Words
    summary: Words
    package: str
    requires: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ("none",)
    tables_prefix: str = ""


@dataclass(frozen=True)
class Action:
    """Something a person may be allowed to do; `roles` hold it unless the tenant says otherwise."""

    key: str
    title: Words
    roles: frozenset[str]
    plugin: str = "core"


@dataclass(frozen=True)
class FactKind:
    """A kind of fact that a plugin writes, with its name.

    A `shared` one may be written by every plugin that declares it shared: what happened is the same, whoever recorded it.
    """

    key: str
    title: Words
    shared: bool = False


@dataclass(frozen=True)
class Job:
    """Work that outlives a request: `handler(session, scope, payload)` runs bound to the payload's tenant.

    `action` is the one permission that its scope holds, in the whole tenant and with nobody signed in.
    """

    kind: str
    handler: Callable[..., Awaitable[None]]
    action: str


@dataclass(frozen=True)
class GraphQLContribution:
    """Strawberry types: `query`, `mutation` and `subscription` hold root fields, `fields` maps a core type's name to a type whose
    fields are added to it (e.g. ``{"Organization": PortraitFields}``); `types` are further types to include.
    """

    query: type | None = None
    mutation: type | None = None
    fields: Mapping[str, type] = field(default_factory=dict)
    types: Sequence[Any] = ()
    subscription: type | None = None


@dataclass(frozen=True)
class Resource:
    """A data file of a plugin, such as a rule pack or an import profile."""

    path: Path
    plugin: str
