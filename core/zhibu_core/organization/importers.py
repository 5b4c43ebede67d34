"""Core's own importers: tree, roster, terms and positions."""

from pathlib import Path

from zhibu_core.imports.contract import Importer
from zhibu_core.imports.findings_terms import term_findings
from zhibu_core.organization.roster_import import write_roster
from zhibu_core.organization.terms_import import write_positions, write_terms
from zhibu_core.organization.tree_import import write_organizations

PROFILES = Path(__file__).parent / "profiles"


def core_importers() -> list[Importer]:
    """In the order of writing: later ones rest on earlier ones."""
    return [
        Importer(PROFILES / "organization.toml", 10, write_organizations),
        Importer(PROFILES / "roster.toml", 20, write_roster),
        Importer(PROFILES / "term.toml", 30, write_terms, term_findings),
        Importer(PROFILES / "position.toml", 31, write_positions),
    ]
