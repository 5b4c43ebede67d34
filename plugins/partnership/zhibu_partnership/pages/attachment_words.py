"""Second attachments in words: where one stands, who and where, what each side did, what crossed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from zhibu_core.i18n import _L
from zhibu_core.spaces.cases.protocol import UNDONE
from zhibu_core.spaces.crossings import Crossing
from zhibu_core.spaces.declared import Shareable
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.moves import LENDING, MARKS, WAYS
from zhibu_partnership.attachment.reading import Here, Whole
from zhibu_partnership.attachment.sharing import ATTACHMENT, GUEST_MARK
from zhibu_web.components import Cell, Column, Fact, Row, State
from zhibu_web.labels import CLASSES
from zhibu_web.render import reader
from zhibu_web.space_words import SpaceWords

SHAPES: Final[Mapping[str, State]] = {
    "offered": "waiting",
    "accepted": "doing",
    "hosted": "doing",
    "returned": "met",
    "refused": "waived",
    "withdrawn": "waived",
    "lapsed": "waived",
    "ended": "waived",
}
COLUMNS: Final = (
    Column(_L("Member")),
    Column(_L("State")),
    Column(_L("Home or host")),
    Column(_L("From and until")),
    Column(_L("Due by")),
)
_KINDS: Final[Mapping[str, Shareable]] = {one.kind: one for one in (ATTACHMENT, GUEST_MARK)}


class AttachmentWords:
    """The words of second attachments in one reader's language."""

    def __init__(self, who: Scope, locale: str) -> None:
        self.locale, self.today, self._who = locale, who.today, who
        self._words, self._spaces = reader(locale), SpaceWords(who, locale)

    def row(self, one: Here, prefix: str) -> Row:
        """A line of the list; an overdue step is said where the day stands."""
        case = one.case
        state = Cell(LENDING.title(case.state).of(self.locale), state=SHAPES.get(case.state, "doing"), lead=True)
        side = (
            self._words.gettext("our member, with %(name)s")
            if case.is_own
            else self._words.gettext("guest from %(name)s")
        )
        due: str | Cell = case.due_on.isoformat() if case.due_on else ""
        if one.is_overdue(self.today):
            due = Cell(self._words.gettext("overdue since %(day)s") % {"day": case.due_on}, state="missed")
        cells = (state, side % {"name": one.other}, f"{case.starts_on} – {case.until_on}", due)
        return Row(one.name or self.nameless(), cells, f"{prefix}/partnership/attachments/{case.id}")

    def nameless(self) -> str:
        """What a guest is called whose name may not be read any more."""
        return self._words.gettext("Name no longer shown")

    def facts(self, whole: Whole) -> list[Fact]:
        """Who, from where to where, when, whom to ask."""
        said, case, words = whole.said(), whole.here.case, self._words
        member_class = CLASSES.get(str(whole.theirs.get("member_class") or ""))
        pairs = [
            (words.gettext("Kind of member"), member_class.of(self.locale) if member_class else ""),
            (words.gettext("Home branch"), self._place(said["home"], whole, ours=case.is_own)),
            (words.gettext("Host branch"), self._place(said["host"], whole, ours=not case.is_own)),
            (
                words.gettext("Contact at the host"),
                self._spaces.join(list(filter(None, (said["contact"], said["reach"])))),
            ),
            (words.gettext("From and until"), f"{case.starts_on} – {case.until_on}"),
            (words.gettext("Why away"), said["reason"]),
            (words.gettext("Answer due by"), str(case.answer_by) if case.state == "offered" else ""),
        ]
        return [Fact(label, value) for label, value in pairs if value]

    def _place(self, name: str, whole: Whole, *, ours: bool) -> str:
        tenant = self._who.tenant.name if ours else whole.here.other
        return name if name.startswith(tenant) else f"{tenant} {name}".strip()

    def steps(self, whole: Whole) -> list[tuple[str, str, str]]:
        """What, by whom of which side and when, and what was said with it; in the order in which the steps hold."""
        return [
            (LENDING.deed(one.name).of(self.locale), self._by(whole, one), self._note(one.name, one.note))
            for one in whole.standing.steps or whole.steps
        ]

    def _by(self, whole: Whole, step: Any) -> str:
        side = whole.here.other if step.side == whole.here.case.party else self._who.tenant.name
        who = f"{side} {step.by}" if step.side else self._words.gettext("by itself")
        return self._spaces.join([step.on.isoformat(), who])

    def _note(self, name: str, note: str) -> str:
        return LENDING.deed(note).of(self.locale) if name == UNDONE else note

    def attended(self, whole: Whole) -> list[tuple[str, str]]:
        """Day and attendance, the newest first."""
        return [
            (one.held_on.isoformat(), MARKS[one.mark].of(self.locale))
            for one in reversed(whole.attended)
            if one.mark in MARKS
        ]

    def contacts(self, whole: Whole) -> list[tuple[str, str]]:
        """Day and way, the newest first."""
        return [(day.isoformat(), WAYS[way].of(self.locale)) for day, way in reversed(whole.contacts) if way in WAYS]

    def crossings(self, whole: Whole) -> list[tuple[str, str, str, str]]:
        """When and which way, which fields by name, what became of it, who read it."""
        return [self._crossing(one) for one in whole.crossings]

    def _crossing(self, line: Crossing) -> tuple[str, str, str, str]:
        way = self._words.gettext("to %(name)s") if line.direction == "out" else self._words.gettext("from %(name)s")
        when = self._spaces.join([self._spaces.moment(line.made_at), way % {"name": line.other}])
        return when, self._fields(line), self._spaces.crossing_state(line), self._spaces.reads(line)

    def _fields(self, line: Crossing) -> str:
        declared = _KINDS[line.kind]
        titles: Sequence[str] = [
            declared.by_key[key].title.of(self.locale)
            for key in line.fields
            if key in declared.by_key and not declared.by_key[key].is_mark
        ]
        return self._spaces.join(list(titles))
