"""Tells the audit of requests that were refused: to somebody signed in, or to a token; nobody's are sent to sign in."""

from typing import Any, Final

from litestar.types import Scope as ASGIScope

from zhibu_core.audit.entries import By
from zhibu_core.audit.refusals import FAILED, REFUSED, Refusal
from zhibu_core.errors import Forbidden, Unauthenticated, ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant

TENANT = "tenant"
"""Under this name the gate leaves the tenant in the request's state, before it knows who asks."""

TENANT_ROUTE = "/t/{slug}"
KINDS: Final = {"/graphql": "graphql", "/scim": "scim", "/sign-in": "web_session"}
"""What kind of object a request was for, by the beginning of its path; all others are pages."""

SOME_CLIENT = "api"
"""The client of a token that could not be read."""


async def note_refusal(raised: Exception, connection: ASGIScope) -> None:
    """A hook of the application: after an error has left its handler, and what it wrote is undone."""
    if not isinstance(raised, Forbidden | Unauthenticated):
        return
    state: dict[str, Any] = connection.get("state", {})
    tenant: Tenant | None = state.get(TENANT)
    if tenant is None or not (_showed_a_token(connection) or isinstance(raised, Forbidden)):
        return
    platform: Platform = connection["litestar_app"].state.platform
    await platform.refusals.note(refusal_of(connection, tenant, state.get("scope"), raised))


async def note_answered(
    platform: Platform, connection: ASGIScope, who: Scope, error: ZhibuError, *, deed: str = REFUSED
) -> None:
    """For handlers that answer a refusal themselves: a failed sign-in, a field of GraphQL among others that were answered."""
    await platform.refusals.note(refusal_of(connection, who.tenant, who, error, deed=deed))


def refusal_of(
    connection: ASGIScope, tenant: Tenant, who: Scope | None, error: ZhibuError, *, deed: str | None = None
) -> Refusal:
    """What the audit is told of a request that ended with this error."""
    handler = connection.get("route_handler")
    action = handler.opt.get("action") if handler else None
    address = address_of(connection)
    if who is not None and who.actor is not None:
        return refusal_at(address, action, who, error, deed=deed or REFUSED)
    if deed is None:
        deed = FAILED if isinstance(error, Unauthenticated) else REFUSED
    by = By(None, SOME_CLIENT if _showed_a_token(connection) else "web", who.request_id if who else "")
    return Refusal(tenant.id, by, deed, error.code, _kind_of(address), address, action)


def refusal_at(address: str, action: str | None, who: Scope, error: ZhibuError, *, deed: str = REFUSED) -> Refusal:
    """The same of what somebody who is signed in asked for, by its address and the action that it wants of everybody."""
    by = By(who.person(), who.actor.client if who.actor else "", who.request_id)
    return Refusal(who.tenant.id, by, deed, error.code, _kind_of(address), address, action)


def address_of(connection: ASGIScope) -> str:
    """Method and path below the tenant as the route is written."""
    path = str(connection.get("path_template", "")).replace(TENANT_ROUTE, "", 1)
    return f"{connection.get('method', 'GET')} {path or '/'}"


def _kind_of(address: str) -> str:
    path = address.partition(" ")[2]
    return next((kind for start, kind in KINDS.items() if path.startswith(start)), "page")


def _showed_a_token(connection: ASGIScope) -> bool:
    return any(name.lower() == b"authorization" for name, _ in connection.get("headers", ()))
