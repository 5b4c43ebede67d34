"""The plugin example: every hook of the contract once, each a line or two that imports what it needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.declared import ExportKind
from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, GraphQLContribution, Job, Manifest
from zhibu_core.plugins.person_data import Kept, PersonSection
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.spaces.declared import Shareable
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.tenant_settings import Setting
from zhibu_core.words import Words

HERE = Path(__file__).parent
IMPORT_ORDER = 90
TITLE = Words("读书分享", "Reading circle")
SUMMARY = Words("登记支部读书分享，汇成书单。", "Notes what a branch read together, and keeps a list of the books.")


@hookimpl
def manifest() -> Manifest:
    """Who we are, and what we keep: a note names the person who wrote it down."""
    return Manifest(
        key="example",
        version="0.1.0",
        contract=CONTRACT,
        title=TITLE,
        summary=SUMMARY,
        package="zhibu_example",
        data_classes=("personal",),
        tables_prefix="example_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """Reading notes, and writing them."""
    from zhibu_example.permissions import ACTIONS

    return ACTIONS


@hookimpl
def routes() -> Sequence[Any]:
    """The page with the notes and its two forms."""
    from zhibu_example.pages import notes_page, record, withdraw

    return [notes_page, record, withdraw]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """One entry behind the door of learning."""
    return [NavItem("learning", TITLE, "/example/notes", "example.note.read")]


@hookimpl
def panels() -> Sequence[Panel]:
    """The latest notes on the page of an organization."""
    from zhibu_example.panel import latest_notes

    return [Panel("organization", TITLE, "example/panel.html", "example.note.read", latest_notes)]


@hookimpl
def graphql() -> GraphQLContribution:
    """`Organization.readingNotes` and the mutation `recordReadingNote`."""
    from zhibu_example.schema import Mutations, OrganizationFields, ReadingNote

    return GraphQLContribution(None, Mutations, {"Organization": OrganizationFields}, [ReadingNote])


@hookimpl
def jobs() -> Sequence[Job]:
    """The list of books is made anew in the background."""
    from zhibu_example.permissions import WRITE
    from zhibu_example.shelf import JOB, shelve

    return [Job(JOB, shelve, WRITE)]


@hookimpl
def rule_packs() -> Sequence[Path]:
    """A group shares a book once a quarter, where the tenant has switched us on."""
    return [HERE / "rules" / "example.toml"]


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """One fact a note."""
    return [FactKind("example.note", TITLE)]


@hookimpl
def importers() -> Sequence[Importer]:
    """The sheet 读书分享."""
    from zhibu_example.importing import write_sheet

    return [Importer(HERE / "profiles" / "note.toml", IMPORT_ORDER, write_sheet)]


@hookimpl
def exports() -> Sequence[ExportKind]:
    """Who wrote down which book."""
    from zhibu_example.exporting import NOTES

    return [NOTES]


@hookimpl
def shareable() -> Sequence[Shareable]:
    """Notes, without who wrote them down."""
    from zhibu_example.sharing import NOTES

    return [NOTES]


@hookimpl
def settings() -> Sequence[Setting]:
    """How many notes an organization's page shows."""
    from zhibu_example.settings import SHOWN

    return [SHOWN]


@hookimpl
async def on_event(session: AsyncSession, event: Event) -> None:
    """What changes notes changes the list of books; other events are not ours."""
    from zhibu_example.shelf import CHANGES, ask_for_shelving

    if event.topic in CHANGES:
        await ask_for_shelving(session)


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """The notes; the list of books is made from them again."""
    from zhibu_example.models import Note

    return [Note]


@hookimpl
async def import_tenant(session: AsyncSession) -> None:
    """The list of books is not in the archive: it is made from the notes."""
    from zhibu_example.shelf import ask_for_shelving

    await ask_for_shelving(session)


@hookimpl
async def export_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonSection]:
    """Notes that the person wrote down."""
    from zhibu_example.about_person import sections

    return await sections(session, person_id)


@hookimpl
async def erase_person(session: AsyncSession, person_id: UUID) -> Sequence[Kept]:
    """Notes stay, without who wrote them down."""
    from zhibu_example.about_person import forget

    return await forget(session, person_id)


@hookimpl
async def enabled(session: AsyncSession) -> None:
    """The notes were kept while we were off; the list of books is made from them again."""
    from zhibu_example.shelf import ask_for_shelving

    await ask_for_shelving(session)


@hookimpl
async def disabled(session: AsyncSession) -> None:
    """The list of books is derived, so it goes; the notes stay."""
    from zhibu_example.shelf import clear_shelf

    await clear_shelf(session)
