"""A duty as everybody reads it: asked by a rule version, of an organization or person, in a window, in a state."""

import base64
import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import msgspec

from zhibu_core.errors import NotFound
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.words import Words

DutyState = Literal["upcoming", "open", "met", "late", "missed", "waived"]
STATES: tuple[DutyState, ...] = ("upcoming", "open", "met", "late", "missed", "waived")


class DutyKey(NamedTuple):
    """What identifies a duty for ever: it is computed, not stored, so its name is what it is asked of and when."""

    rule: str
    organization_id: uuid.UUID
    person_id: uuid.UUID | None
    window: str
    group: str

    def text(self) -> str:
        """The key as one opaque word."""
        return base64.urlsafe_b64encode(msgspec.json.encode(list(self))).rstrip(b"=").decode()

    @classmethod
    def of_text(cls, text: str) -> "DutyKey":
        """The key that `text` wrote; raises `NotFound` for any other text."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cls(*msgspec.json.decode(raw, type=tuple[str, uuid.UUID, uuid.UUID | None, str, str]))
        except (ValueError, msgspec.DecodeError) as error:
            raise NotFound("not_found", Words("没有找到这项任务。", "There is no such duty.")) from error


class FactRef(msgspec.Struct, frozen=True):
    """A fact that counts for a duty: what `zhibu duties --json` prints of it."""

    id: uuid.UUID
    kind: str
    date: dt.date
    record: uuid.UUID


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty. `required` and `held` are in the unit of the rule: meetings, hours, or 1 for a step to be done.

    `opens_on` is the first day it can be met (for clocks: from which it is worth a reminder), `due_on` the last.
    """

    version: RuleVersion
    organization_id: uuid.UUID
    organization: str
    organization_name: str
    person_id: uuid.UUID | None
    person: str | None
    group: str | None
    window: str
    opens_on: dt.date
    due_on: dt.date
    state: DutyState
    required: float
    held: float
    facts: tuple[FactRef, ...] = ()
    person_name: str | None = None
    reason: str | None = None

    @property
    def key(self) -> DutyKey:
        """What identifies it."""
        return DutyKey(self.version.code, self.organization_id, self.person_id, self.window, self.group or "")

    @property
    def kind(self) -> str:
        """The kind of fact, or the alert's code, that the duty is about."""
        parameters = self.version.values
        return str(parameters.get("alert") or parameters.get("kind") or self.version.rule.shape)

    def waived(self, reason: str) -> "Duty":
        """The same duty, waived for a reason."""
        return replace(self, state="waived", reason=reason)


def state_of(opens_on: dt.date, due_on: dt.date, *, met_on: dt.date | None, today: dt.date) -> DutyState:
    """The state of a duty that is met on a day, or not."""
    if met_on is not None:
        return "met" if met_on <= due_on else "late"
    if today < opens_on:
        return "upcoming"
    return "open" if today <= due_on else "missed"
