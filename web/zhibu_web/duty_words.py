"""How a duty reads on pages: verb first, why, by which article of which version, who asks, and where to act."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from litestar import Litestar

from zhibu_core.i18n import Translator
from zhibu_core.ledger.duties import Duty
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import DutyItem, Link
from zhibu_web.formats import period_name
from zhibu_web.mounted import page_that_meets
from zhibu_web.render import reader


@dataclass(frozen=True)
class DutyWords:
    """Puts duties into words for one reader; `names` are the titles of required courses by their code, `members` those
    of the people named in duties who have a record of their own.
    """

    app: Litestar
    scope: Scope
    prefix: str
    locale: str
    today: dt.date
    names: Mapping[str, str] = field(default_factory=dict)
    places: bool = False
    members: frozenset[uuid.UUID] = frozenset()

    @property
    def words(self) -> Translator:
        """The reader's language."""
        return reader(self.locale)

    def item(self, duty: Duty) -> DutyItem:
        """The duty as the home page lists it."""
        version = duty.version
        rule_page = f"{self.prefix}/rules/{version.code}"
        return DutyItem(
            title=self.title(duty),
            href=rule_page,
            due_on=duty.due_on,
            minutes=version.rule.minutes or None,
            act=self.met_at(duty) or self.seen_at(duty),
            why=self.why(duty),
            source=Link(source_text(version, self.locale), f"{rule_page}#v{version.effective_from}"),
            asked_by=self.asked_by(version),
        )

    def title(self, duty: Duty) -> str:
        """Verb first; a window that is over is to be recorded late, and says which it was."""
        rule = duty.version.rule
        action = (rule.action or rule.title).of(self.locale)
        if rule.shape == "frequency" and not duty.opens_on <= self.today <= duty.due_on:
            action = self.words.gettext("Record late: %(what)s, %(when)s") % {
                "what": rule.title.of(self.locale),
                "when": self.window(duty),
            }
        about = [duty.group or "", self._subject(duty), duty.organization_name if self.places else ""]
        return self._joined(action, [part for part in about if part])

    def title_done(self, duty: Duty) -> str:
        """What was done, and for which window."""
        title = duty.version.rule.title.of(self.locale)
        when = self.window(duty) if duty.version.rule.shape == "frequency" else ""
        return self._joined(title, [part for part in (when, duty.group or "", self._subject(duty)) if part])

    def _subject(self, duty: Duty) -> str:
        if duty.version.rule.shape == "course":
            return self.names.get(duty.window, "")
        own = duty.person_id is not None and self._is_me(duty.person_id)
        return "" if own else duty.person_name or ""

    def _joined(self, action: str, about: list[str]) -> str:
        if not about:
            return action
        joint = self.words.pgettext("before an explanation", ": ")
        return action + joint + self.words.pgettext("list", ", ").join(about)

    def window(self, duty: Duty) -> str:
        """The span in words: 2026年9月; two ends where months were taken together."""
        first, _, last = duty.window.partition("..")
        named = period_name(first, self.locale)
        return f"{named}–{period_name(last, self.locale)}" if last else named

    def why(self, duty: Duty) -> str:
        """The rule in our words, and how far it is met where more than one thing is asked for."""
        said = duty.version.says.of(self.locale)
        if duty.required <= 1:
            return said
        counted = self.words.gettext("%(held)s of %(required)s so far.") % {
            "held": f"{duty.held:g}",
            "required": f"{duty.required:g}",
        }
        return f"{said}{'' if self.locale.startswith('zh') else ' '}{counted}"

    def asked_by(self, version: RuleVersion) -> str:
        """Who asks: the tenant itself where its own layer speaks, else the pack of its rule."""
        if version.reason:
            return self.words.gettext("Asked by this organization: %(reason)s") % {"reason": version.reason}
        return self.words.gettext("Asked by the rule pack in force.")

    def met_at(self, duty: Duty) -> Link | None:
        """Where it is met: the page of the rule's plugin that says so; None where there is none or the reader may not."""
        rule = duty.version.rule
        path = page_that_meets(self.app, self.scope, rule.plugin, rule.shape)
        if path is None:
            return None
        label = self.words.pgettext("act", "Record")
        if rule.shape in ("hours", "course"):
            label = self.words.pgettext("act", "See my study")
        elif duty.due_on < self.today:
            label = self.words.gettext("Record late")
        return Link(label, f"{self.prefix}{path}?duty={duty.key.text()}")

    def seen_at(self, duty: Duty) -> Link:
        """Where its state is seen: the record of the person it is about, else the organization that it is asked of."""
        person = duty.person_id
        if person is not None and self._is_me(person) and self.scope.may("member.read_own"):
            return Link(self.words.pgettext("act", "See my record"), f"{self.prefix}/me")
        if person in self.members and self.scope.may("member.read"):
            return Link(self.words.pgettext("act", "See the record"), f"{self.prefix}/people/members/{person}")
        label = self.words.pgettext("act", "See the organization")
        return Link(label, f"{self.prefix}/people/organizations/{duty.organization}")

    def _is_me(self, person: uuid.UUID) -> bool:
        return self.scope.actor is not None and self.scope.actor.person_id == person


def source_text(version: RuleVersion, locale: str) -> str:
    """The source with its article and version; an article that nobody verified is not given."""
    words = reader(locale)
    article = article_text(version.article, version.article_verified, locale)
    edition = words.gettext("version of %(day)s") % {"day": version.effective_from}
    opening, closing = ("（", "）") if locale.startswith("zh") else (" (", ")")
    named = bool(version.article and version.article_verified)
    joint = "" if named and locale.startswith("zh") else words.pgettext("list", ", ")
    return f"{version.source.of(locale)}{joint}{article}{opening}{edition}{closing}"


def article_text(article: str, verified: bool, locale: str) -> str:
    """第12条; 条次未核实 where the number is missing or not verified."""
    words = reader(locale)
    if not article or not verified:
        return words.gettext("article not verified")
    return words.gettext("Art. %(number)s") % {"number": article}
