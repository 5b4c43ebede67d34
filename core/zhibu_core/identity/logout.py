"""Back-channel logout: the issuer says that a session ended, we end ours (OpenID Connect Back-Channel Logout 1.0)."""

import datetime as dt
import time

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Unauthenticated
from zhibu_core.identity.models import LogoutToken
from zhibu_core.identity.remembered import Tokens
from zhibu_core.identity.sessions import close_sessions_of
from zhibu_core.identity.sources import Source
from zhibu_core.identity.tokens import LEEWAY, LOGOUT_AGE, read_logout_token
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of, tenant_of
from zhibu_core.words import Words


async def obey_logout(session: AsyncSession, source: Source, token: str, remembered: Tokens) -> int:
    """Ends the sessions that the token names and returns how many; raises `Unauthenticated` for a bad or repeated token.

    Their access tokens are not `remembered` any more: they are verified anew, for as long as they are good.
    """
    claims = await read_logout_token(token, source.issuer, source.client_id, time.time())
    await _once(session, source.issuer.address, str(claims["jti"]))
    ended = {"session_id": claims.get("sid"), "subject": claims.get("sub")}
    remembered.forget(source.issuer.address, **ended)
    return await close_sessions_of(session, source.issuer.address, **ended)


async def _once(session: AsyncSession, issuer: str, token_id: str) -> None:
    """Notes the token; it is kept for as long as it could be shown again."""
    now = instant_of(session)
    await session.execute(delete(LogoutToken).where(LogoutToken.expires_at < now))
    ends = now + dt.timedelta(seconds=LOGOUT_AGE + 2 * LEEWAY)
    row = {"tenant_id": tenant_of(session), "id": new_id(), "issuer": issuer, "token_id": token_id, "expires_at": ends}
    query = insert(LogoutToken).values(row).on_conflict_do_nothing().returning(LogoutToken.id)
    if await session.scalar(query) is None:
        raise Unauthenticated(
            "token_repeated",
            Words("这个登出通知已经处理过。", "This logout token was obeyed before."),
        )
