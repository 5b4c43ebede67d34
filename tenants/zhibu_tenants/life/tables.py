"""Which tables hold a tenant: those of core and those that each installed plugin names, in an order that keys allow."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit.entries import AuditEntry
from zhibu_core.audit.nightly import AuditCheck
from zhibu_core.audit.seals import AuditSeal
from zhibu_core.crypto.fields import BlindIndex
from zhibu_core.errors import Unavailable
from zhibu_core.exports.models import Export, ExportDownload, ExportPerson, ExportRecipient
from zhibu_core.identity.access import AccessReview, StaffEntry, TenantRole
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.imports.engine import ImportRun
from zhibu_core.ledger.models import DutyWaiver, Fact, FactEnd, RuleLayer
from zhibu_core.organization.models import Organization, OrganizationPlacement, Position, Term
from zhibu_core.organization.people import Membership, Person
from zhibu_core.platform import Platform
from zhibu_core.plugins.models import PluginEnablement
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.models import (
    Space,
    SpaceArrival,
    SpaceCopy,
    SpaceEnvelope,
    SpaceParty,
    SpaceRead,
    SpaceSignature,
    SpaceVersion,
)
from zhibu_core.storage.models import File
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.words import Words
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser

LEFT_OUT: Mapping[str, str] = {
    "tenant_anchor": "one row that every tenant has",
    "web_session": "who is signed in just now, here",
    "identity_source": "where one signs in to this installation; another one provisions its own",
    "integrator": "clients at this installation's issuer",
    "enrolment": "codes that are good here only",
    "logout_token": "what this installation's issuer said",
    "idempotency": "answers kept for a day",
    "file_object": "where contents lie here; an archive holds the contents, and an import seals them anew",
    "file_upload": "uploads under way",
    "fact_tally": "sums of the facts that an archive holds; an import counts them anew",
    "member_tally": "sums of the memberships that an archive holds; an import counts them anew",
    "directory_day": "how the calls of this installation's programs went",
    "stored_operation": "documents that programs of this installation name; another one's programs store their own",
}
"""Tables that an archive does not hold, with the reason."""

EVIDENCE: Mapping[str, str] = {
    "audit_seal": "seals of this installation's key; the next one seals the entries anew",
    "audit_check": "what this installation found when it checked its own seals",
}
"""Tables that an archive holds and an import leaves in it."""

CORE: tuple[type[TenantOwned], ...] = (
    AccessReview, Account, AuditCheck, AuditEntry, AuditSeal, DirectoryGroup, DirectoryMember, DirectoryUser, DutyWaiver, Export,
    ExportDownload, ExportPerson, ExportRecipient, Fact, FactEnd,
    File, ImportRun, Membership, Organization, OrganizationPlacement, Person, PluginEnablement, Position, RoleGrant, RuleLayer, Space,
    SpaceArrival, SpaceCase, SpaceCaseStep, SpaceCopy, SpaceEnvelope, SpaceParty, SpaceRead, SpaceSignature, SpaceVersion, StaffEntry,
    TenantRole, TenantSetting, Term,
)  # fmt: skip

# A table after all that its foreign keys name; a table that names itself is not counted.
_ORDER = text(
    """with recursive below as (
      select c.oid, 0 as depth from pg_class c
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
          and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
      union select f.conrelid, b.depth + 1 from pg_constraint f join below b on f.confrelid = b.oid
        where f.contype = 'f' and f.conrelid <> f.confrelid)
    select c.relname::text from below b join pg_class c on c.oid = b.oid group by c.relname order by max(b.depth), 1"""
)


async def in_order(session: AsyncSession) -> list[str]:
    """All tenant tables of the database, each after those that its foreign keys name."""
    return list(await session.scalars(_ORDER))


async def archived_tables(platform: Platform, session: AsyncSession) -> list[Table]:
    """The tables of an archive in the order in which they can be filled.

    Raises `Unavailable` where the database holds a tenant table that nobody names: nothing is left behind in silence.
    """
    models = (*CORE, *(model for _, model in platform.host.collect("export_tenant")))
    tables = {model.__tablename__: cast("Table", model.__table__) for model in models}
    order = await in_order(session)
    if forgotten := [name for name in order if name not in tables and not _is_made_anew(platform, name)]:
        raise Unavailable(
            "tables_forgotten",
            Words(
                f"数据表 {'、'.join(forgotten)} 没有任何插件负责导出（它的插件没有安装，或没有声明）。请先安装插件。",
                f"Nobody exports the tables {', '.join(forgotten)}: their plugin is not installed or does not name them.",
            ),
        )
    return [tables[name] for name in order if name in tables]


def _is_made_anew(platform: Platform, name: str) -> bool:
    """A table that is left out, or that its plugin makes from its other ones when a tenant is imported."""
    makers = platform.host.implementing("import_tenant", platform.host.switchable)
    return name in LEFT_OUT or any(name.startswith(f"{plugin}_") for plugin in makers)


def kept_columns(table: Table) -> list[str]:
    """The columns that an archive holds: not the tenant, which an import gives anew, and no blind index, which its key makes."""
    return sorted(
        column.name for column in table.c if column.name != "tenant_id" and not isinstance(column.type, BlindIndex)
    )
