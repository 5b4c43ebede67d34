"""What an agreement says on a page: its state, its parties and terms, and lines of its ledger, in the reader's language."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhibu_core.spaces.crossings import CORE_KINDS, STATES, Crossing
from zhibu_core.spaces.declared import Shareable
from zhibu_core.spaces.models import Space, SpaceCopy
from zhibu_core.spaces.reading import Agreement
from zhibu_core.spaces.terms import Share, SharedField, Terms
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Fact
from zhibu_web.formats import moment_long
from zhibu_web.render import reader

SPACE_STATES: Final[Mapping[str, Words]] = {
    "proposed": Words("待各方签署", "waits for signatures"),
    "in_force": Words("生效中", "in force"),
    "revoked": Words("已撤回", "revoked"),
    "ended": Words("已结束", "ended"),
}
CLOSING: Final[Mapping[str, Words]] = {
    "expired": Words("期限已满", "its term is over"),
    "party_gone": Words("一方已不在平台", "a party is no longer on the platform"),
    "moved": Words("本单位数据已迁到新环境", "this tenant's data were moved to another installation"),
}


class SpaceWords:
    """The words of the tenant's agreements, in one reader's language."""

    def __init__(self, who: Scope, locale: str) -> None:
        self.locale = locale
        self._today = who.today
        self._zone = ZoneInfo(who.tenant.zone)
        self._joint = reader(locale).pgettext("list", ", ")

    def state(self, space: Space) -> str:
        """In what state it is."""
        if space.state == "in_force" and space.starts_on > self._today:
            return reader(self.locale).gettext("signed, holds from %(day)s on") % {"day": space.starts_on}
        return SPACE_STATES[space.state].of(self.locale)

    def moment(self, at: dt.datetime | None) -> str:
        """An instant on the tenant's clock."""
        return moment_long(at.astimezone(self._zone), self.locale, weekday=False) if at else ""

    def parties(self, whole: Agreement) -> str:
        """Who takes part, the own side first."""
        return self.join([f"{one.tenant_name} {one.name or one.code}" for one in whole.parties])

    def join(self, words: list[str]) -> str:
        """A list in words."""
        return self._joint.join(words)

    def facts(self, whole: Agreement, terms: Terms) -> list[Fact]:
        """The agreement as on a printed form."""
        space, words = whole.space, reader(self.locale)
        pairs = [
            (words.gettext("State"), self.state(space)),
            (words.gettext("Parties"), self.parties(whole)),
            (words.gettext("What the agreement is for"), terms.purpose),
            (words.gettext("First and last day"), f"{terms.starts_on} – {terms.ends_on}"),
            (words.gettext("Review day"), str(terms.review_on or "")),
            (
                words.gettext("Contacts"),
                self.join([" ".join(filter(None, (c.name, c.post, c.reach))) for c in terms.contacts]),
            ),
            (words.gettext("Closed"), self.closed(whole)),
            (words.gettext("Copies here deleted"), self.moment(space.erased_at)),
            (words.gettext("Copies of the other side deleted"), self.confirmed(whole)),
        ]
        return [Fact(label, value) for label, value in pairs if value]

    def closed(self, whole: Agreement) -> str:
        """When it was closed, by whom of which side, why."""
        space = whole.space
        if space.closed_at is None:
            return ""
        why = CLOSING.get(space.close_reason or "")
        said = why.of(self.locale) if why else (space.close_reason or "")
        side = next((one.tenant_name for one in whole.parties if one.party == space.closed_by_party), "")
        who = " ".join(filter(None, (side, space.closed_by)))
        return self.join(list(filter(None, (self.moment(space.closed_at), who, said))))

    def confirmed(self, whole: Agreement) -> str:
        """When each other side said that its copies are gone."""
        sides = {one.tenant_name: one.confirmed_at for one in whole.parties if not one.is_own and one.confirmed_at}
        return self.join([f"{name} {self.moment(at)}" for name, at in sides.items()])

    def share(self, share: Share, terms: Terms) -> str:
        """Who gives it."""
        names = {one.slug: one.tenant_name for one in terms.parties}
        return self.join([names[slug] for slug in share.by]) if share.by else reader(self.locale).gettext("every side")

    def field(self, field: SharedField) -> str:
        """Why a field crosses; a personal one on what basis, and for how long."""
        words = reader(self.locale)
        days = words.ngettext("kept for %(num)s day", "kept for %(num)s days", field.days or 0) % {"num": field.days}
        more = [words.gettext("personal data"), field.basis, days] if field.personal else []
        return self.join([field.reason, *more])

    def reasons(self, share: Share) -> list[tuple[str, str]]:
        """The fields by name with the reason why they cross; those with one reason in one line."""
        by_reason: dict[str, list[str]] = {}
        for one in share.fields:
            by_reason.setdefault(self.field(one), []).append(one.title.of(self.locale))
        return [(self.join(titles), reason) for reason, titles in by_reason.items()]

    def kind(self, key: str, terms: Terms) -> str:
        """What crossed."""
        if key in CORE_KINDS:
            return CORE_KINDS[key].of(self.locale)
        return next((one.title.of(self.locale) for one in terms.shares if one.kind == key), key)

    def fields(self, line: Crossing, terms: Terms) -> str:
        """The fields that crossed, by name; all that were agreed on in one word."""
        share = next((one for one in terms.shares if one.kind == line.kind), None)
        if share and {one.key for one in share.fields} == set(line.fields):
            words, many = reader(self.locale), len(line.fields)
            return words.ngettext("the field agreed on", "all %(num)s fields agreed on", many) % {"num": many}
        titles = {one.key: one.title.of(self.locale) for one in share.fields} if share else {}
        return self.join([titles.get(key, key) for key in line.fields])

    def crossing_state(self, line: Crossing) -> str:
        """What became of it, with the reason where there is one."""
        words = [STATES[line.state].of(self.locale), line.why.of(self.locale) if line.why else ""]
        if line.erased_at:
            words.append(reader(self.locale).gettext("copy deleted"))
        return self.join([one for one in words if one])

    def reads(self, line: Crossing) -> str:
        """Who read it."""
        return self.join([f"{one.reader} {self.moment(one.read_at)}" for one in line.reads])

    def record(self, copy: SpaceCopy, terms: Terms, declared: Shareable | None) -> list[Fact]:
        """A copy's fields as on a printed form, in the agreement's order; keys by their names, marks for programs left out."""
        share = next((one for one in terms.shares if one.kind == copy.kind), None)
        return self.crossed(copy.record, share, declared)

    def crossed(self, record: Mapping[str, Any], share: Share | None, declared: Shareable | None) -> list[Fact]:
        """The values of a record that crossed, likewise."""
        titles = {one.key: one.title for one in share.fields} if share else {}
        known = declared.by_key if declared else {}
        facts = []
        for key in [*titles, *(key for key in record if key not in titles)]:
            given, field = record.get(key), known.get(key)
            if given not in (None, "", []) and not (field and field.is_mark):
                is_instant = field is not None and field.type == "instant"
                shown = self.moment(dt.datetime.fromisoformat(given)) if is_instant else None
                facts.append(Fact(titles.get(key, key), shown or self.value(given, field.words if field else {})))
        return facts

    def value(self, value: object, names: Mapping[str, Words]) -> str:
        """A value as text; keys by their names."""
        if isinstance(value, list):
            return self.join([self.value(one, names) for one in value])
        if (named := names.get(str(value))) is not None:
            return named.of(self.locale)
        return str(value)
