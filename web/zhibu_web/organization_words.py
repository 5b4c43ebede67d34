"""What is known of an organization, in words: its facts, its term, its posts, and what does not fit in size."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from zhibu_core.i18n import _L, Lazy
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.shapes import Sizes
from zhibu_core.organization.kinds import is_branch
from zhibu_core.organization.models import Organization
from zhibu_core.organization.terms import TermState
from zhibu_core.words import Words
from zhibu_web.components import Fact
from zhibu_web.formats import due, is_english
from zhibu_web.labels import kind_name, post_name
from zhibu_web.reading.organizations import SIZE_RULE, Members, state_of_term
from zhibu_web.render import reader

HEADS = (_L("Organization"), _L("Type"), _L("Members"), _L("Term ends"), _L("Lately"))

FINDINGS: dict[str, Lazy] = {
    "SIZE-UNDER": _L("Fewer full members than a branch needs."),
    "SIZE-OVER": _L("More members than a branch generally has."),
    "GENERAL-BRANCH-SIZE": _L("The number of members does not fit a general branch."),
    "GROUP-SIZE": _L("The number of members does not fit a group."),
    "COMMITTEE-NOT-ALLOWED": _L("There is a committee, with fewer full members than one needs."),
    "COMMITTEE-NEEDED": _L("There are enough full members for a committee, and there is none."),
    "COMMITTEE-SIZE": _L("The number of committee seats does not fit."),
    "VAC": _L("The secretary's post has been empty for longer than the rule allows."),
}
"""What each finding of `zhibu_core.organization.sizes` says, by the beginning of its code."""


def about(
    organization: Organization,
    term: Any,
    book: RuleBook,
    members: Members | None,
    today: dt.date,
    locale: str,
) -> list[Fact]:
    """The lines at the top of the page; members None where the reader may not know them."""
    words = reader(locale)
    kind = kind_name(organization.kind).of(locale)
    lines = [
        Fact(words.gettext("Full name"), organization.name),
        Fact(words.gettext("Kind"), f"{kind}{words.pgettext('list', ', ')}{organization.code}"),
    ]
    if organization.type:
        lines.append(Fact(words.gettext("Type"), organization.type))
    if organization.unit:
        lines.append(Fact(words.gettext("Unit"), organization.unit))
    lines.append(Fact(words.gettext("Founded"), _founded(organization) or words.gettext("not recorded")))
    if term is not None:
        lines.append(_term(organization, term, book, today, locale))
    if is_branch(organization.kind):
        committee = words.gettext("yes") if organization.has_committee else words.gettext("none")
        lines.append(Fact(words.gettext("Committee"), committee))
    if members is not None:
        lines.append(Fact(words.gettext("Members"), _members(members, locale)))
    return lines


def _founded(organization: Organization) -> str | None:
    day = organization.founded_on
    if day is None:
        return None
    return f"{day:%Y-%m}" if organization.founded_precision == "month" else day.isoformat()


def _term(organization: Organization, term: Any, book: RuleBook, today: dt.date, locale: str) -> Fact:
    words = reader(locale)
    state: TermState | None = state_of_term(book, organization.kind, term.starts_on, today)
    text = words.gettext("%(start)s to %(end)s") % {"start": term.starts_on, "end": term.ends_on}
    if term.number:
        text += words.pgettext("list", ", ") + words.gettext("term %(number)s") % {"number": term.number}
    if state is None or state.level == "none":
        return Fact(words.gettext("Term"), text)
    return Fact(words.gettext("Term"), text, origin=str(due(term.ends_on, today, locale)))


def _members(members: Members, locale: str) -> str:
    words = reader(locale)
    text = words.ngettext("%(num)s member", "%(num)s members", members.total) % {"num": members.total}
    parts = [
        words.gettext("%(count)s probationary") % {"count": members.probationary} if members.probationary else "",
        words.gettext("%(count)s mobile") % {"count": members.mobile} if members.mobile else "",
    ]
    named = [part for part in parts if part]
    if not named:
        return text
    opening = ", of them " if is_english(locale) else "，其中"
    return text + opening + words.pgettext("list", ", ").join(named)


def findings_in_words(codes: Sequence[str], book: RuleBook, today: dt.date) -> list[tuple[Lazy, Words]]:
    """Each finding with the rule's own sentence."""
    version = book.in_force(SIZE_RULE, today)
    if version is None or not isinstance(version.parameters, Sizes):
        return []
    return [(text, version.source) for code in codes for start, text in FINDINGS.items() if code.startswith(start)]


def posts_in_words(posts: Sequence[Any], prefix: str) -> list[tuple[Words, str, str, str | None]]:
    """Post, name, the record's address, since when."""
    return [
        (
            post_name(post.role),
            post.name,
            f"{prefix}/people/members/{post.id}",
            (f"{post.since:%Y-%m}" if post.since_precision == "month" else post.since.isoformat())
            if post.since
            else None,
        )
        for post in posts
    ]
