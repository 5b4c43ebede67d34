"""The page on which one picks whom to sign in as."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zhibu_core.identity.permissions import ROLES, STAFF_ROLE, STAFF_TITLE
from zhibu_devissuer.personas import Persona

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def page_of_personas(where: str, people: Sequence[Persona], query: Mapping[str, str]) -> str:
    """HTML with one button a persona of the tenant called `where`; `query` goes along as hidden fields."""
    return _PAGES.get_template("personas.html").render(
        where=where, people=people, roles={**ROLES, STAFF_ROLE: STAFF_TITLE}, query=query
    )
