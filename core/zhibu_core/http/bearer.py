"""Requests with a bearer token: the token says who, our tables say what they may do."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, Unauthenticated
from zhibu_core.identity.code_flow import organizations_of
from zhibu_core.identity.sessions import person_of_account
from zhibu_core.identity.tokens import read_access_token
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant


async def person_of_bearer(
    platform: Platform, session: AsyncSession, tenant: Tenant, authorization: str
) -> tuple[uuid.UUID, str]:
    """The person and the client's name; raises `Unauthenticated`, or `Forbidden` for a token of another tenant."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token_form", "Authorization 头必须是 Bearer 令牌。")
    claims = await read_access_token(token.strip(), platform.issuers)
    if tenant.slug not in organizations_of(claims):
        raise Forbidden("other_tenant", "这个令牌不属于本单位。请用本单位的令牌。")
    person = await person_of_account(session, str(claims["iss"]), str(claims["sub"]))
    return person, str(claims.get("client_id") or claims.get("azp") or "api")
