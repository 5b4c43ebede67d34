"""One call of a directory: in whose name, in which transaction, under which address."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

ACTION = "scim"


@dataclass(frozen=True)
class Call:
    """`base` is the service's address, such as https://zhibu.example.edu.cn/t/yunting/scim/v2."""

    platform: Platform
    session: AsyncSession
    scope: Scope
    base: str

    @property
    def now(self) -> dt.datetime:
        """The one instant of the call, UTC."""
        return instant_of(self.session)

    async def note_person(self, person: Person, fields: list[str]) -> None:
        """Writes into the audit what the directory did to the person, so that the person can read it too."""
        await note(self.session, self.scope, ACTION, "person", person.id, fields=fields)
