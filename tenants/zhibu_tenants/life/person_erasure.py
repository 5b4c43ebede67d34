"""Erases what a tenant may erase about one person (PIPL Art. 47), and names what rules make it keep."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.exports.models import ExportPerson
from zhibu_core.identity.models import Account, Enrolment, RoleGrant, WebSession
from zhibu_core.ledger.models import Fact
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.plugins.person_data import Kept
from zhibu_core.spaces.life import forget_person
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.scim.forgetting import forget

ERASED_NAME = "已删除"
_OPTIONAL = ("education", "post", "native_place", "ethnic")
_MEMBER_FILE = Words(
    "党员档案随人长期保存（发展党员工作细则第三十六条，党员教育管理工作条例第二十六条）",
    "a member's file goes with the person and is kept for good (Rules on Developing Members, Art. 36; Regulations on Members, Art. 26)",
)
_LEDGER = Words(
    "支部活动的记录属于组织，按归档期限保存；其中不再有姓名以外的个人信息",
    "records of a branch's activities belong to the organization and are kept by archive schedule",
)

_REGISTER = Words(
    "向谁提供过信息的登记要留存备查（个人信息保护法第五十六条）；其中只有编号，没有姓名",
    "to whom data were given must stay on record (PIPL Art. 56); the register holds an id and no name",
)


@dataclass(frozen=True)
class ErasedPerson:
    """`whole`: nothing names the person any more; else a member's file remains. `kept` says what stays and why."""

    whole: bool
    kept: list[Kept]


async def erase_person(platform: Platform, session: AsyncSession, scope: Scope, person: Person) -> ErasedPerson:
    """Erases in the session's transaction; raises `InvalidInput` for somebody whose membership is current.

    Of somebody who was never a member nothing remains but records without a name; of a former member the file remains
    and everything optional goes. Sign-ins, roles and sessions end for both.
    """
    memberships = list(await session.scalars(select(Membership).where(Membership.person_id == person.id)))
    if any(one.until is None for one in memberships):
        raise InvalidInput(
            "member_current",
            Words(
                f"“{person.name}”的组织关系还在本单位，履行党组织职责需要其信息，不能删除。请先办理组织关系转出。",
                f"“{person.name}” is a current member: the organization needs the data for its duties. End the membership first.",
            ),
            field="person",
        )
    await _end_access(session, scope, person)
    await forget(session, person.id)
    was_member = bool(memberships)
    _forget(platform, scope, person, whole=not was_member)
    kept = [Kept(Words("党员档案", "member's file"), len(memberships), _MEMBER_FILE)] if was_member else []
    facts = await session.scalar(select(func.count()).select_from(Fact).where(Fact.person_id == person.id))
    if facts:
        kept.append(Kept(Words("事实", "facts"), facts, _LEDGER))
    files = await session.scalar(select(func.count()).select_from(File).where(File.uploaded_by == person.id))
    if files:
        kept.append(Kept(Words("上传的附件", "files uploaded"), files, _LEDGER))
    listed = await session.scalar(
        select(func.count()).select_from(ExportPerson).where(ExportPerson.person_id == person.id)
    )
    if listed:
        kept.append(Kept(Words("导出登记", "register of exports"), listed, _REGISTER))
    kept += await forget_person(session, person.id)
    for plugin in platform.host.implementing("erase_person", platform.host.switchable):
        kept += await platform.host.ask(plugin, "erase_person", session=session, scope=scope, person_id=person.id)
    await note(session, scope, "person.erase", "person", person.id)
    return ErasedPerson(not was_member, kept)


async def _end_access(session: AsyncSession, scope: Scope, person: Person) -> None:
    for model in (WebSession, Account, Enrolment):
        await session.execute(delete(model).where(model.person_id == person.id))
    yesterday = scope.today - dt.timedelta(days=1)
    await session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person.id, RoleGrant.until.is_(None) | (RoleGrant.until > yesterday))
        .values(until=yesterday)
    )


def _forget(platform: Platform, scope: Scope, person: Person, *, whole: bool) -> None:
    """Contact and optional details of a former member; everything of somebody who never was one."""
    cipher = platform.keyring.cipher(scope.tenant.id, COLUMN)
    citizen_id = None if whole else open_secrets(cipher, person.id, person.sealed).citizen_id
    values = sealed_columns(cipher, person.id, PersonSecrets(citizen_id=citizen_id))
    values |= dict.fromkeys(_OPTIONAL)
    if whole:
        values |= {"name": ERASED_NAME, "sort_name": ERASED_NAME, "sealed": None}
        values |= dict.fromkeys(("number", "birth_on", "sex"))
    for name, value in values.items():
        setattr(person, name, value)
