"""Requests with a bearer token: the token says who, our tables say what they may do."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, Unauthenticated
from zhibu_core.identity.code_flow import belongs
from zhibu_core.identity.models import Integrator
from zhibu_core.identity.quick import Remembered, Shown, Who
from zhibu_core.identity.second_factor import counts, enrolled_lately
from zhibu_core.identity.sessions import person_of_account
from zhibu_core.identity.sources import Doors, Program, Source, doors_lately, doors_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words


async def scope_of_bearer(
    platform: Platform, session: AsyncSession, tenant: Tenant, authorization: str, request_id: str
) -> Scope:
    """What the token's bearer may do; raises `Unauthenticated`, or `Forbidden` for a token of another tenant."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "token_form",
            Words("Authorization 头必须是 Bearer 令牌。", "The Authorization header must be a Bearer token."),
        )
    doors = await doors_of(platform, session, tenant)
    claims = await platform.tokens.claims(token.strip(), doors.issuers)
    program = _program(doors, claims)
    if program is not None:
        await _note_use(platform, session, tenant, program)
        return await platform.scopes.scope_of_program(session, tenant, program, request_id=request_id)
    source = doors.source(str(claims["iss"]))
    if source is None or not belongs(claims, source):
        raise Forbidden(
            "other_tenant",
            Words(
                "这个令牌不属于本单位。请用本单位的令牌。",
                "This token belongs to another tenant. Use one of this tenant.",
            ),
        )
    person = await person_of_account(session, str(claims["iss"]), str(claims["sub"]))
    strong = source.level is None or await _is_strong(platform, session, source, claims)
    client = str(claims.get("client_id") or claims.get("azp") or "api")
    return await platform.scopes.scope(session, tenant, person, client=client, request_id=request_id, strong=strong)


async def scope_at_once(platform: Platform, tenant: Tenant, authorization: str, request_id: str) -> Scope | None:
    """The same by one statement; None where the long way must look."""
    who = await _who(platform, tenant, authorization)
    return None if who is None else await platform.quick.scope(tenant, who, request_id)


async def remembered_scope(platform: Platform, tenant: Tenant, authorization: str) -> Remembered | None:
    """The scope as it was when the bearer asked last, by no statement: good only for a read that looks at it anew."""
    who = await _who(platform, tenant, authorization)
    return None if who is None else platform.quick.remembered(tenant, who)


async def _who(platform: Platform, tenant: Tenant, authorization: str) -> Who | None:
    """Whose valid token it is; None where the long way must look."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return None
    doors = await doors_lately(platform, tenant)
    claims = await platform.tokens.claims(token.strip(), doors.issuers)
    program = _program(doors, claims)
    if program is not None:
        return program if platform.programs_seen.get(program.id) == tenant.current_day() else None
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    source = doors.source(issuer)
    if source is None or not belongs(claims, source):
        return None
    client = str(claims.get("client_id") or claims.get("azp") or "api")
    if source.level is None or claims.get("acr") != source.level:
        return Shown(issuer, subject, client, source.level is None)
    given = float(claims.get("auth_time") or 0) if claims.get("sid") else 0.0
    enrolled = enrolled_lately(platform, issuer, subject, given)
    return None if enrolled is None else Shown(issuer, subject, client, strong=True, enrolled=enrolled)


def _program(doors: Doors, claims: dict[str, Any]) -> Program | None:
    """The program that this tenant's own table binds to the token's client; a token of a session is never a program's."""
    client = str(claims.get("client_id") or "")
    if claims.get("azp", client) != client or claims.get("sid"):
        return None
    return doors.programs.get((str(claims["iss"]), client))


async def _note_use(platform: Platform, session: AsyncSession, tenant: Tenant, program: Program) -> None:
    """Once a day and process: so that somebody sees which programs nobody needs any more."""
    today = tenant.current_day()
    if platform.programs_seen.get(program.id) != today:
        stale = Integrator.last_used_on.is_distinct_from(today)
        await session.execute(update(Integrator).where(Integrator.id == program.id, stale).values(last_used_on=today))
        platform.programs_seen[program.id] = today


async def _is_strong(platform: Platform, session: AsyncSession, source: Source, claims: dict[str, Any]) -> bool:
    """Whether the sign-in behind the token had a second factor that counts."""
    if claims.get("acr") != source.level or not claims.get("sid"):
        return False
    return await counts(platform, session, str(claims["iss"]), str(claims["sub"]), float(claims.get("auth_time") or 0))
