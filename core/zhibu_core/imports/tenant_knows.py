"""What a tenant holds before an import, for the reader to judge references by."""

from collections.abc import Hashable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.crypto.fields import FieldCipher
from zhibu_core.imports.contract import Importer
from zhibu_core.imports.directory import Known, KnownOrganization, Person
from zhibu_core.organization.sealed import citizen_id_index
from zhibu_core.tenancy.session import tenant_of

_ORGANIZATIONS = text(
    """select o.code, o.name, o.short_name, p.code as parent from organization o
    left join organization p on p.tenant_id = o.tenant_id and p.id = o.parent_id
    where o.tenant_id = :t and o.abolished_on is null"""
)
_PEOPLE = text(
    """select p.id, p.name, p.number, p.citizen_id_index, array_agg(o.code) filter (where o.code is not null) as branches from person p
    left join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id
    left join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where p.tenant_id = :t group by p.tenant_id, p.id, p.name, p.number, p.citizen_id_index"""
)


async def known_to(session: AsyncSession, cipher: FieldCipher, importers: Sequence[Importer]) -> Known:
    """Two statements, and one for each importer whose codes others refer to."""
    parameters = {"t": tenant_of(session)}
    organizations = [
        KnownOrganization(row.code, row.name, row.short_name, row.parent or "")
        for row in await session.execute(_ORGANIZATIONS, parameters)
    ]
    people: list[Person] = []
    owners: dict[bytes, Hashable] = {}
    for row in await session.execute(_PEOPLE, parameters):
        people.append(Person(row.id, row.name, row.number or "", branches=set(row.branches or ())))
        if row.citizen_id_index:
            owners[row.citizen_id_index] = row.id
    codes: dict[str, set[str]] = {}
    for importer in importers:
        if importer.known is not None:
            codes |= {name: set(found) for name, found in (await importer.known(session)).items()}
    return Known(
        organizations,
        people,
        lambda citizen_id: owners.get(citizen_id_index(cipher, citizen_id)) if owners else None,
        codes,
    )
