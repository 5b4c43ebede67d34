"""The pages that are mounted below a tenant: whose they are, and which duties they say they meet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from re import sub
from uuid import UUID

from litestar import Litestar
from litestar.routes import HTTPRoute

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

BELOW_TENANT = "/t/{slug:str}"
MEETS = "meets"
"""The key of a handler's `opt` that names the shapes of its plugin's rules whose duties are met at the page."""
SHOWS = "shows"
"""The key of a handler's `opt` that names the type of record that its page shows; the record's id is the one part of its path."""


@dataclass(frozen=True)
class Mounted:
    """A page: its path below the tenant, the plugin it belongs to, the action it needs, the shapes that it meets, and the
    type of record that it shows.
    """

    path: str
    plugin: str
    action: str
    meets: tuple[str, ...] = ()
    shows: str = ""


@lru_cache(maxsize=4)
def pages_of(app: Litestar) -> Mapping[str, Mounted]:
    """Every page of a tenant by its path."""
    return {page.path: page for page in _pages(app)}


def _pages(app: Litestar) -> Iterator[Mounted]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or not route.path.startswith(BELOW_TENANT):
            continue
        for handler in route.route_handlers:
            if "GET" in handler.http_methods:
                known = handler.opt
                path = route.path.removeprefix(BELOW_TENANT)
                own = (known.get("plugin", ""), known.get("action", ""))
                yield Mounted(path, *own, tuple(known.get(MEETS, ())), known.get(SHOWS, ""))


def is_open(app: Litestar, scope: Scope, path: str) -> bool:
    """Whether a page is mounted at this path and its plugin is on."""
    found = pages_of(app).get(path)
    return found is not None and _is_on(app, scope, found.plugin)


def page_that_meets(app: Litestar, scope: Scope, plugin: str, shape: str) -> str | None:
    """The path of a plugin's page for duties of this shape; None where there is none, or none for this reader."""
    for page in pages_of(app).values():
        if page.plugin == plugin and shape in page.meets and "{" not in page.path:
            return page.path if _is_on(app, scope, plugin) and scope.may(page.action) else None
    return None


def record_pages(app: Litestar, scope: Scope) -> Mapping[str, str]:
    """By type of record the path of the page that shows one, of plugins that are on, where the reader may open it."""
    shown = (page for page in pages_of(app).values() if page.shows)
    return {page.shows: page.path for page in shown if _is_on(app, scope, page.plugin) and scope.may(page.action)}


def record_address(prefix: str, page: str, record: UUID) -> str:
    """The address of one record on its page."""
    return prefix + sub(r"\{[^}]*\}", str(record), page)


def _is_on(app: Litestar, scope: Scope, plugin: str) -> bool:
    platform: Platform = app.state.platform
    return plugin in scope.plugins or plugin in platform.host.platform
