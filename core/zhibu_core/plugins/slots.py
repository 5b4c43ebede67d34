"""What a plugin may place in the shell: typed entries and panels, never HTML strings (interface.md 2.1)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zhibu_core.words import Words

Door = Literal["life", "learning", "development", "people", "oversight", "data", "together", "exchange", "rules"]
"""The doors that plugins may stand behind; all others belong to the shell."""


@dataclass(frozen=True)
class NavItem:
    """A second-level entry behind a door; `href` is relative to the tenant, `action` is what one must hold to see it."""

    door: Door
    label: Words
    href: str
    action: str
    order: int = 100
    plugin: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of core's page of a person, of an organization, or of the reader's home: `load(session, scope, subject)`
    gives the template's context, or None where there is nothing to show. On home the subject is the reader; a panel
    there says what waits for the reader's own answer and goes once it is given (duties come from the ledger).
    """

    place: Literal["person", "organization", "home"]
    title: Words
    template: str
    action: str
    load: Callable[..., Awaitable[Mapping[str, Any] | None]]
    order: int = 100
    plugin: str = ""
