"""Browser sessions on the server: the cookie holds a secret, the table its hash."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden
from zhibu_core.identity.models import Account, WebSession
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.changes import tell_of_access
from zhibu_core.tenancy.ids import new_id
from zhibu_core.words import Words

LIFETIME = dt.timedelta(hours=10)


@dataclass(frozen=True)
class SignedIn:
    """A session just opened: the secret goes into the cookie and is kept nowhere else."""

    secret: str
    expires_at: dt.datetime


def cookie_name(slug: str) -> str:
    """The cookie of a tenant's session; the prefix makes browsers insist on Secure, Path=/ and no Domain."""
    return f"__Host-zhibu-{slug}"


async def open_session(
    session: AsyncSession,
    issuer: str,
    subject: str,
    *,
    session_id: str | None = None,
    strong_until: dt.datetime | None = None,
) -> SignedIn:
    """Opens a session for the account (issuer, subject); raises `Forbidden` where the tenant does not know it."""
    person = await person_of_account(session, issuer, subject)
    now = dt.datetime.now(dt.UTC)
    secret = secrets.token_urlsafe(32)
    expires = now + LIFETIME
    await session.execute(delete(WebSession).where(WebSession.expires_at < now))
    session.add(
        WebSession(
            id=new_id(),
            secret_hash=hash_of(secret),
            person_id=person,
            issuer=issuer,
            subject=subject,
            session_id=session_id,
            created_at=now,
            expires_at=expires,
            strong_until=strong_until,
        )
    )
    return SignedIn(secret, expires)


async def person_of_account(session: AsyncSession, issuer: str, subject: str) -> uuid.UUID:
    """The person whose account this is; raises `Forbidden` where there is none in this tenant, or sign-in is off."""
    query = (
        select(Account.person_id, Person.sign_in_off_since)
        .join(Person, (Person.tenant_id == Account.tenant_id) & (Person.id == Account.person_id))
        .where(Account.issuer == issuer, Account.subject == subject)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise Forbidden(
            "no_account",
            Words(
                "您的账号尚未在本单位开通。请联系本单位管理员。", "You have no account here yet. Ask the administrator."
            ),
        )
    if found.sign_in_off_since is not None:
        raise Forbidden(
            "sign_in_off",
            Words(
                "您在本单位的登录已停用（人事目录显示已离职或停用）。如有误，请联系本单位管理员。",
                "Your sign-in here is off: the directory says that you left or are suspended. If that is wrong, ask the administrator.",
            ),
        )
    person: uuid.UUID = found.person_id
    return person


async def close_sessions_of(session: AsyncSession, issuer: str, *, session_id: str | None, subject: str | None) -> int:
    """Ends the issuer's session of this id, or where it names none, all sessions of the subject; returns how many."""
    query = delete(WebSession).where(WebSession.issuer == issuer)
    if session_id is not None:
        query = query.where(WebSession.session_id == session_id)
    if subject is not None:
        query = query.where(WebSession.subject == subject)
    if session_id is None and subject is None:
        return 0
    ended = len((await session.scalars(query.returning(WebSession.id))).all())
    await tell_of_access(session)
    return ended


async def close_session(session: AsyncSession, secret: str) -> None:
    """Ends the session of this secret, if there is one."""
    await session.execute(delete(WebSession).where(WebSession.secret_hash == hash_of(secret)))
    await tell_of_access(session)


def hash_of(secret: str) -> bytes:
    """What the table holds of a cookie's secret."""
    return sha256(secret.encode()).digest()
