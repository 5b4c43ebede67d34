"""The plugin affairs: development cases, dues and their facts; each hook imports what it needs."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, Manifest
from zhibu_core.plugins.person_data import Kept, PersonSection
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.words import Words

HERE = Path(__file__).parent
STAFF = frozenset({"organizer", "secretary", "auditor"})
RECORDERS = frozenset({"organizer", "secretary"})


@hookimpl
def manifest() -> Manifest:
    """Cases and amounts of dues are sensitive."""
    return Manifest(
        key="affairs",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("党务", "Affairs"),
        summary=Words(
            "发展党员台账和党费台账：步骤、时限、合规提醒。",
            "Ledgers of development and dues: steps, time limits, what breaks a rule.",
        ),
        package="zhibu_affairs",
        data_classes=("personal", "sensitive"),
        tables_prefix="affairs_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """Amounts of dues are for the member and the treasurer alone, so auditors do not read them."""
    own = frozenset({"member", "secretary"})
    return [
        Action("affairs.case.read", Words("查看发展党员台账", "read development cases"), STAFF),
        Action("affairs.case.record", Words("登记发展党员步骤", "record steps of development"), RECORDERS),
        Action("affairs.dues.read", Words("查看党费台账", "read the dues ledger"), RECORDERS),
        Action("affairs.dues.read_own", Words("查看本人党费", "read one's own dues"), own),
    ]


@hookimpl
def rule_packs() -> Sequence[Path]:
    """The timers of development."""
    return [HERE / "rules" / "development.toml"]


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """One kind a step, and whether a month's dues are paid."""
    from zhibu_affairs.words import STEP_TITLES

    steps = [FactKind(f"development.{step}", title) for step, title in STEP_TITLES.items()]
    return [*steps, FactKind("dues", Words("交纳党费", "dues"))]


@hookimpl
def importers() -> Sequence[Importer]:
    """Both ledgers name findings beside the rows that are taken."""
    from zhibu_affairs.case_import import write_cases
    from zhibu_affairs.findings import case_findings, dues_findings
    from zhibu_affairs.importing import write_dues

    profiles = HERE / "profiles"
    return [
        Importer(profiles / "case.toml", 60, write_cases, case_findings),
        Importer(profiles / "dues.toml", 61, write_dues, dues_findings),
    ]


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """The ledgers of development and of dues."""
    from zhibu_affairs.models import DevelopmentCase, DevelopmentStep, DuesEntry

    return [DevelopmentCase, DevelopmentStep, DuesEntry]


@hookimpl
async def export_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonSection]:
    """The case of development with its steps, and dues."""
    from zhibu_affairs.about_person import sections

    return await sections(session, person_id)


@hookimpl
async def erase_person(session: AsyncSession, person_id: UUID) -> Sequence[Kept]:
    """Both ledgers are kept: of a case only its free note goes."""
    from zhibu_affairs.about_person import forget

    return await forget(session, person_id)
