"""Browser sessions on the server: the cookie holds a secret, the table its hash."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden
from zhibu_core.identity.models import Account, WebSession
from zhibu_core.tenancy.ids import new_id

LIFETIME = dt.timedelta(hours=10)


@dataclass(frozen=True)
class SignedIn:
    """A session just opened: the secret goes into the cookie and is kept nowhere else."""

    secret: str
    expires_at: dt.datetime


def cookie_name(slug: str) -> str:
    """The cookie of a tenant's session; the prefix makes browsers insist on Secure, Path=/ and no Domain."""
    return f"__Host-zhibu-{slug}"


async def open_session(session: AsyncSession, issuer: str, subject: str) -> SignedIn:
    """Opens a session for the account (issuer, subject); raises `Forbidden` where the tenant does not know it."""
    person = await person_of_account(session, issuer, subject)
    now = dt.datetime.now(dt.UTC)
    secret = secrets.token_urlsafe(32)
    expires = now + LIFETIME
    await session.execute(delete(WebSession).where(WebSession.expires_at < now))
    session.add(
        WebSession(
            id=new_id(),
            secret_hash=_hash(secret),
            person_id=person,
            issuer=issuer,
            subject=subject,
            created_at=now,
            expires_at=expires,
        )
    )
    return SignedIn(secret, expires)


async def person_of_account(session: AsyncSession, issuer: str, subject: str) -> uuid.UUID:
    """The person whose account this is; raises `Forbidden` where there is none in this tenant."""
    query = select(Account.person_id).where(Account.issuer == issuer, Account.subject == subject)
    person = await session.scalar(query)
    if person is None:
        raise Forbidden("no_account", "您的账号尚未在本单位开通。请联系本单位管理员。")
    return person


_FIND = text("select person_id from web_session where tenant_id = :t and secret_hash = :hash and expires_at > :now")


async def person_of_session(session: AsyncSession, tenant_id: uuid.UUID, secret: str) -> uuid.UUID | None:
    """The person of a live session, or None."""
    found: uuid.UUID | None = await session.scalar(
        _FIND, {"t": tenant_id, "hash": _hash(secret), "now": dt.datetime.now(dt.UTC)}
    )
    return found


async def close_session(session: AsyncSession, secret: str) -> None:
    """Ends the session of this secret, if there is one."""
    await session.execute(delete(WebSession).where(WebSession.secret_hash == _hash(secret)))


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
