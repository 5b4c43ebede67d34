"""What machines ask of the sign-in: where the command line finds the issuer, and the issuer's word that a session ended."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Unauthenticated
from zhibu_core.http.refused import note_answered
from zhibu_core.identity.logout import obey_logout
from zhibu_core.identity.sources import source_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

PUBLIC = {"action": "public"}
UNCACHED = {"Cache-Control": "no-store"}


@get("/sign-in/source", opt=PUBLIC)
async def sign_in_source(
    who: NamedDependency[Scope], platform: NamedDependency[Platform], session: NamedDependency[AsyncSession]
) -> dict[str, str | None]:
    """Issuer, client and scope for `zhibu login`; nothing here is secret."""
    source = await source_of(platform, session, who.tenant)
    return {"issuer": source.issuer.address, "client_id": source.command_client, "scope": source.scope}


@post("/sign-in/back-channel", opt=PUBLIC, status_code=200)
async def back_channel(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[dict[str, str]]:
    """Ends the sessions that a signed logout token names; 400 for any other (OpenID Connect Back-Channel Logout 1.0, 2.8)."""
    form = await request.form()
    source = await source_of(platform, session, who.tenant)
    try:
        ended = await obey_logout(session, source, str(form.get("logout_token", "")), platform.tokens)
    except Unauthenticated as error:
        await note_answered(platform, request.scope, who, error)
        refused = {"error": "invalid_request", "error_description": error.message.en}
        return Response(refused, status_code=400, headers=UNCACHED)
    if ended:
        await note(session, who, "session.end", "web_session")
    return Response({}, status_code=200, headers=UNCACHED)
