"""The plugin learning: training records, required courses and their facts; each hook imports what it needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.declared import ExportKind
from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, GraphQLContribution, Manifest
from zhibu_core.plugins.person_data import Kept, PersonSection
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.words import Words

HERE = Path(__file__).parent
STAFF = frozenset({"organizer", "secretary", "auditor"})
RECORDERS = frozenset({"organizer", "secretary"})


@hookimpl
def manifest() -> Manifest:
    """Training entries are personal data; nothing here is sensitive."""
    return Manifest(
        key="learning",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("学习", "Learning"),
        summary=Words(
            "登记党员学习培训，核算学时和必修课程。", "Records training, counts study hours and required courses."
        ),
        package="zhibu_learning",
        data_classes=("personal",),
        tables_prefix="learning_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """Reading, recording, one's own, and setting courses."""
    return [
        Action("learning.training.read", Words("查看学习记录", "read training records"), STAFF),
        Action(
            "learning.training.read_own",
            Words("查看本人学习记录", "read one's own training"),
            frozenset({"member", "secretary"}),
        ),
        Action("learning.training.record", Words("登记学习", "record training"), RECORDERS),
        Action("learning.course.write", Words("设置必修课程", "set required courses"), frozenset({"organizer"})),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    """One's own training, a branch's, and adding to it."""
    from zhibu_learning.pages.add import add_page, add_sent
    from zhibu_learning.pages.branch import branch_records
    from zhibu_learning.pages.own import own_records

    return [own_records, branch_records, add_page, add_sent]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """One's own behind learning; the branch's behind people, where its secretary comes."""
    return [
        NavItem("learning", Words("我的学习", "My study"), "/learning/records", "learning.training.read_own", order=10),
        NavItem(
            "people", Words("支部学习", "Study of the branch"), "/learning/branch", "learning.training.read", order=40
        ),
    ]


@hookimpl
def panels() -> Sequence[Panel]:
    """The year's training on the pages of a person and of a branch."""
    from zhibu_learning.pages.branch import panel as of_branch
    from zhibu_learning.pages.own import panel as of_person

    title = Words("学习培训", "Training")
    return [
        Panel("person", title, "learning/person_panel.html", "learning.training.read", of_person, order=30),
        Panel("organization", title, "learning/branch_panel.html", "learning.training.read", of_branch, order=30),
    ]


@hookimpl
def graphql() -> GraphQLContribution:
    """`Member.training`."""
    from zhibu_learning.schema import MemberFields

    return GraphQLContribution(fields={"Member": MemberFields})


@hookimpl
def rule_packs() -> Sequence[Path]:
    """Study hours and required courses."""
    return [HERE / "rules" / "learning.toml"]


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """One fact an entry, one fact a required course."""
    return [
        FactKind("training", Words("学习培训", "training")),
        FactKind("course_required", Words("必修课程", "required course")),
    ]


@hookimpl
def importers() -> Sequence[Importer]:
    """Courses before the entries that name them."""
    from zhibu_learning.importing import course_codes, write_courses, write_trainings

    profiles = HERE / "profiles"
    return [
        Importer(profiles / "course.toml", 50, write_courses, known=course_codes),
        Importer(profiles / "training.toml", 51, write_trainings),
    ]


@hookimpl
def exports() -> Sequence[ExportKind]:
    """The entries of study."""
    from zhibu_learning.exporting import TRAINING

    return [TRAINING]


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Training records and required courses."""
    from zhibu_learning.models import Course, Training

    return [Course, Training]


@hookimpl
async def export_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonSection]:
    """Training records."""
    from zhibu_learning.about_person import sections

    return await sections(session, person_id)


@hookimpl
async def erase_person(session: AsyncSession, person_id: UUID) -> Sequence[Kept]:
    """What an entry says beside hours goes; the entries stay."""
    from zhibu_learning.about_person import forget

    return await forget(session, person_id)
