"""Links sign-ins to persons: by the administrator's hand, or by a code that the person was given, never by name or mail."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden, NotFound
from zhibu_core.identity.models import Account, Enrolment, WebSession
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.changes import tell_of_access
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: nothing that is mistaken for something else when it is read aloud."""

LENGTH = 16
VALID = dt.timedelta(days=7)
MOST_SHOWN = 200


@dataclass(frozen=True)
class AccountLine:
    """An account as commands show it."""

    account_id: uuid.UUID
    person: str
    number: str | None
    issuer: str
    subject: str
    factor_vouched_at: dt.datetime | None


@dataclass(frozen=True)
class InvitationLine:
    """A code that waits for its person; the code itself is nowhere."""

    person: str
    number: str | None
    made_at: dt.datetime
    expires_at: dt.datetime


async def link(session: AsyncSession, person_id: uuid.UUID, issuer: str, subject: str) -> uuid.UUID:
    """Makes (issuer, subject) an account of the person; raises `Conflict` where it is somebody else's already."""
    known = await session.scalar(select(Account).where(Account.issuer == issuer, Account.subject == subject))
    if known is not None and known.person_id != person_id:
        raise Conflict(
            "account_taken",
            Words(
                "这个登录账号已绑定本单位的另一个人。请先解除绑定。",
                "This sign-in belongs to somebody else here already. Unlink it first.",
            ),
            field="subject",
        )
    if known is not None:
        return known.id
    made = Account(id=new_id(), issuer=issuer, subject=subject, person_id=person_id)
    session.add(made)
    await session.flush()
    return made.id


async def unlink(session: AsyncSession, issuer: str, subject: str) -> uuid.UUID:
    """Ends the account and its open sessions; returns whose it was; raises `NotFound`."""
    known = await session.scalar(select(Account).where(Account.issuer == issuer, Account.subject == subject))
    if known is None:
        raise _unknown()
    await session.execute(delete(WebSession).where(WebSession.issuer == issuer, WebSession.subject == subject))
    await tell_of_access(session)
    await session.delete(known)
    return known.person_id


async def vouch(session: AsyncSession, person_id: uuid.UUID) -> int:
    """Notes that somebody saw the person's second factor enrolled, for all their accounts; raises `NotFound` without one."""
    query = update(Account).where(Account.person_id == person_id).values(factor_vouched_at=instant_of(session))
    changed = len((await session.scalars(query.returning(Account.id))).all())
    if not changed:
        raise _unknown()
    return changed


async def invite(session: AsyncSession, person_id: uuid.UUID, made_by: uuid.UUID | None) -> str:
    """A code for the person, good once and for a week; codes made before lose their worth. Only its hash is kept."""
    await session.execute(delete(Enrolment).where(Enrolment.person_id == person_id, Enrolment.used_at.is_(None)))
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    now = instant_of(session)
    session.add(
        Enrolment(
            id=new_id(),
            person_id=person_id,
            code_hash=_hash(code),
            made_by=made_by,
            made_at=now,
            expires_at=now + VALID,
        )
    )
    await session.flush()
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


async def enrol(session: AsyncSession, code: str, issuer: str, subject: str) -> uuid.UUID:
    """Links the sign-in to the person whose code this is; raises `Forbidden` for a code that is wrong, used or too old."""
    now = instant_of(session)
    taken = (
        update(Enrolment)
        .where(Enrolment.code_hash == _hash(code), Enrolment.used_at.is_(None), Enrolment.expires_at > now)
        .values(used_at=now)
    )
    person: uuid.UUID | None = await session.scalar(taken.returning(Enrolment.person_id))
    if person is None:
        raise Forbidden(
            "code_refused",
            Words(
                "邀请码不正确、已使用或已过期。请核对，或向本单位管理员索取新码。",
                "The code is wrong, used or too old. Check it, or ask the administrator for a new one.",
            ),
            field="code",
        )
    await link(session, person, issuer, subject)
    return person


async def accounts(session: AsyncSession) -> list[AccountLine]:
    """All accounts of the tenant by name."""
    joined = (Person.tenant_id == Account.tenant_id) & (Person.id == Account.person_id)
    query = select(Account, Person.name, Person.number).join(Person, joined).order_by(Person.name, Account.id)
    return [
        AccountLine(a.id, name, number, a.issuer, a.subject, a.factor_vouched_at)
        for a, name, number in (await session.execute(query)).all()
    ]


async def invitations(session: AsyncSession) -> list[InvitationLine]:
    """The codes that were not used and are still good, the newest first."""
    joined = (Person.tenant_id == Enrolment.tenant_id) & (Person.id == Enrolment.person_id)
    query = (
        select(Person.name, Person.number, Enrolment.made_at, Enrolment.expires_at)
        .join(Person, joined)
        .where(Enrolment.used_at.is_(None), Enrolment.expires_at > instant_of(session))
        .order_by(Enrolment.made_at.desc(), Enrolment.id)
        .limit(MOST_SHOWN)
    )
    return [InvitationLine(*row) for row in (await session.execute(query)).all()]


def _hash(code: str) -> bytes:
    """Of the code's letters: case, blanks and hyphens are the reader's."""
    return sha256("".join(letter for letter in code.upper() if letter.isalnum()).encode()).digest()


def _unknown() -> NotFound:
    return NotFound("account_unknown", Words("没有这个登录账号。", "There is no such account."), field="subject")
