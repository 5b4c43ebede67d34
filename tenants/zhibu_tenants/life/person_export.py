"""Gives out everything that a tenant keeps about one person (PIPL Art. 45), core's own sections first, then each plugin's."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.audit.entries import AuditEntry
from zhibu_core.exports.reading import listing_of
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.ledger.models import Fact
from zhibu_core.organization.models import Position
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, open_secrets
from zhibu_core.platform import Platform
from zhibu_core.plugins.person_data import PersonSection, rows_about
from zhibu_core.spaces.life import about_person
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.scim.models import DirectoryUser

_NOT_SHOWN = {"sealed", "citizen_id_index", "phone_index", "tenant_id"}
_SECTIONS = (
    (Words("组织关系", "memberships"), Membership, "person_id"),
    (Words("职务", "positions"), Position, "person_id"),
    (Words("平台角色", "roles"), RoleGrant, "person_id"),
    (Words("登录账号", "accounts"), Account, "person_id"),
    (Words("人事目录", "the directory"), DirectoryUser, "person_id"),
    (Words("事实", "facts"), Fact, "person_id"),
    (Words("上传的附件", "files uploaded"), File, "uploaded_by"),
    (Words("谁看过或改过", "who saw or changed it"), AuditEntry, "object_id"),
)


async def export_person(platform: Platform, session: AsyncSession, scope: Scope, person: Person) -> list[PersonSection]:
    """All sections; the export is noted in the session's transaction. Plugins that are off keep data too, so all are asked."""
    sections = [PersonSection(Words("本人信息", "the person"), [_own(platform, scope, person)])]
    sections += [
        PersonSection(title, await rows_about(session, model, person.id, column=column))
        for title, model, column in _SECTIONS
    ]
    sections += [PersonSection(title, rows) for title, rows in await about_person(session, person.id)]
    listed = await listing_of(session, person.id)
    sections.append(PersonSection(Words("列有本人的导出", "exports that list the person"), listed))
    for plugin in platform.host.implementing("export_person", platform.host.switchable):
        sections += await platform.host.ask(plugin, "export_person", session=session, scope=scope, person_id=person.id)
    await note(session, scope, "person.export", "person", person.id)
    return [section for section in sections if section.rows]


def as_json(sections: Sequence[PersonSection]) -> bytes:
    """The export as one JSON object: Chinese title → rows."""
    said: Mapping[str, Any] = {section.title.zh: section.rows for section in sections}
    return msgspec.json.format(msgspec.json.encode(said), indent=1)


def _own(platform: Platform, scope: Scope, person: Person) -> dict[str, Any]:
    secrets = open_secrets(platform.keyring.cipher(scope.tenant.id, COLUMN), person.id, person.sealed)
    columns = [column.name for column in Person.__table__.c if column.name not in _NOT_SHOWN]
    return {name: getattr(person, name) for name in columns} | msgspec.structs.asdict(secrets)
