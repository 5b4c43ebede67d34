"""Whose sign-in is whose: inviting, linking, unlinking, vouching for a second factor; the same for commands, pages and the API."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Forbidden, InvalidInput
from zhibu_core.identity.accounts import invite, link, unlink, vouch
from zhibu_core.identity.models import IdentitySource
from zhibu_core.identity.persons import find_person
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words


async def invite_person(session: AsyncSession, scope: Scope, person: str) -> str:
    """A code with which the person's first sign-in becomes theirs; raises `NotFound` or `InvalidInput`."""
    found = await _person(session, person)
    code = await invite(session, found.id, scope.actor.person_id if scope.actor else None)
    await note(session, scope, "account.invite", "person", found.id)
    return code


async def link_sign_in(session: AsyncSession, scope: Scope, person: str, issuer: str, subject: str) -> None:
    """Makes the sign-in the person's; raises `Conflict` where it is somebody else's, `Forbidden` for the doer's own person."""
    found = await _person(session, person)
    _refuse_own(scope, found)
    if not issuer or not subject:
        field = "subject" if issuer else "issuer"
        raise InvalidInput(
            "sign_in_missing", Words("请填写登录服务和账号标识。", "Give issuer and subject."), field=field
        )
    made = await link(session, found.id, issuer, subject)
    await note(session, scope, "account.link", "account", made, fields=("issuer", "subject"))


async def unlink_sign_in(session: AsyncSession, scope: Scope, issuer: str, subject: str) -> None:
    """Takes the sign-in from its person and ends its sessions; raises `NotFound`."""
    person = await unlink(session, issuer, subject)
    await note(session, scope, "account.unlink", "person", person)


async def vouch_for(session: AsyncSession, scope: Scope, person: str) -> None:
    """Notes that the person was seen with their second factor; raises `Forbidden` for oneself, `NotFound` without a sign-in."""
    found = await _person(session, person)
    _refuse_own(scope, found)
    await vouch(session, found.id)
    await note(session, scope, "account.vouch", "person", found.id)


async def issuers_of(session: AsyncSession) -> list[str]:
    """Where the tenant's people sign in, the newest place first."""
    query = select(IdentitySource.issuer).where(IdentitySource.off_since.is_(None))
    return list(await session.scalars(query.order_by(IdentitySource.made_at.desc())))


async def _person(session: AsyncSession, named: str) -> Person:
    if not named:
        raise InvalidInput(
            "person_missing", Words("请填写工号或学号。", "Give the staff or student number."), field="person"
        )
    return await find_person(session, named)


def _refuse_own(scope: Scope, person: Person) -> None:
    """Four eyes: what makes a sign-in count is another's to say."""
    if scope.actor is not None and scope.actor.person_id == person.id:
        raise Forbidden(
            "own_sign_in",
            Words("本人的登录账号和验证设备须由另一位管理员确认。", "Your own sign-in and device are another administrator's to confirm."),
            field="person",
        )  # fmt: skip
