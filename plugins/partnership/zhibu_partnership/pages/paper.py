"""The review of a year as a paper: the same facts and rows as on its page."""

import datetime as dt
from zoneinfo import ZoneInfo

from zhibu_core.i18n import _L
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.pages.plan_words import (
    ACTIVITIES,
    FIGURES,
    RESOURCES,
    TASKS,
    YEARS,
    activity_rows,
    figure_rows,
    resource_rows,
    task_rows,
    year_rows,
)
from zhibu_partnership.pages.words import others_in_words, term_words
from zhibu_partnership.plan.review import Review
from zhibu_web.components import Column, Fact, Row
from zhibu_web.formats import moment_long
from zhibu_web.printing import Printed, PrintedPart
from zhibu_web.render import reader


def review_facts(review: Review, locale: str) -> list[Fact]:
    """With whom, for what, since when agreed."""
    words, space, plan = reader(locale), review.whole.space, review.plan
    goals = review.outcome.goals
    agreed = words.gettext("not agreed by all sides") if goals is None or plan is None else str(plan.agreed_on)
    facts = [
        Fact(_L("Partner"), others_in_words(review.whole.parties, locale)),
        Fact(_L("Term", "agreement"), term_words(space.starts_on, space.ends_on, locale)),
        Fact(_L("Goals agreed on"), agreed),
    ]
    return [*facts, Fact(_L("What the year is for"), goals.aim)] if goals is not None and goals.aim else facts


def paper_of(review: Review, who: Scope, locale: str, at: dt.datetime) -> Printed:
    """The paper; who printed it and when stands at the end of each page."""
    words = reader(locale)
    title = words.gettext("%(title)s: review of %(year)s") % {"title": review.whole.space.title, "year": review.year}
    nothing = words.gettext("Nothing is recorded.")

    def part(heading: str, columns: tuple[Column, ...], rows: list[Row]) -> PrintedPart:
        return PrintedPart(heading, "" if rows else nothing, columns, rows)

    parts = [
        part(words.gettext("Results beside what was agreed"), FIGURES, figure_rows(review.outcome, locale)),
        part(words.gettext("Joint activities"), ACTIVITIES, activity_rows(review, "", locale)),
        part(words.gettext("Needs met and resources used"), RESOURCES, resource_rows(review, "", locale)),
        part(words.gettext("Tasks of both sides"), TASKS, task_rows(review, who, "", locale)),
    ]
    if review.past:
        parts.append(part(words.gettext("Other years"), YEARS, year_rows(review.past, "")))
    printed = words.gettext("Printed by %(name)s, %(moment)s") % {
        "name": who.actor.name if who.actor else who.tenant.name,
        "moment": moment_long(at.astimezone(ZoneInfo(who.tenant.zone)), locale),
    }
    foot = words.pgettext("list", ", ").join((who.tenant.name, printed))
    return Printed(title, "", review_facts(review, locale), parts, foot, at)
