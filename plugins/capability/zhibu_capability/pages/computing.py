"""How a number is computed, in words and step by step, with the figures that were put in."""

from zhibu_capability.index import Index
from zhibu_capability.pages.portrait_view import View
from zhibu_capability.pages.words import MEASURES, Reading, page_of, quotient
from zhibu_capability.shares import Measure
from zhibu_capability.weights import Weights
from zhibu_core.i18n import _L, Lazy

Step = tuple[Lazy, str, str]
"""A step: what, with which figures, the result with one decimal."""

FORMULAS = {
    "c": _L("Each of five shares times its weight, added up."),
    "regularity": _L("Required meetings that were held in their window, divided by all that were required."),
    "talks": _L("Members with a heart-to-heart talk in the last twelve months, divided by all members who count."),
    "order": _L("Open time limits (development, term of office) that are not past, divided by all open ones."),
}


def formula(part: str, weights: Weights, read: Reading) -> str:
    """The formula in words."""
    marks, days = weights.marks, weights.handed_in_days
    match part:
        case "index":
            return read.say(
                "Each number times its weight, added up; small branches move towards the median of their type."
            )
        case "a":
            return read.say(
                "Being there counts 1, late %(late)s, studied later %(later)s; times the weight of the session, divided by all expected.",
                late=f"{marks.get('late', 0):g}", later=f"{marks.get('makeup', 0):g}",
            )  # fmt: skip
        case "b":
            return read.say(
                "Members whose required courses the branch has confirmed, divided by all of whom a course was asked."
            )
        case "closure":
            return read.say(
                "Records handed in within %(days)s days and tasks closed in time, divided by all records and tasks.",
                days=days,
            )
        case "breadth":
            return read.say(
                "Different useful kinds of activity in a quarter, divided by %(kinds)s; at most 1 a quarter.",
                kinds=weights.useful_kinds_a_quarter,
            )
        case _:
            return read.named_as(FORMULAS[part])


def steps(part: str, view: View) -> list[Step]:
    """The steps of the calculation."""
    if part == "index":
        return _index(view)
    read = view.read
    found = [one for one in view.shown.measures if page_of(one.key) == part or one.part == part]
    if not found:
        return []
    if part == "c":
        total = sum(one.weight for one in found)
        value = 100 * sum(one.contribution for one in found) / total
        return [(_L("Contributions added up"), _sum(found, total, read), read.figure(value, 1))]
    return [(MEASURES[found[0].key], quotient(found[0], read), read.figure(100 * found[0].share, 1))]


def _sum(found: list[Measure], total: float, read: Reading) -> str:
    return " + ".join(read.figure(100 * one.contribution / total, 1) for one in found)


def _index(view: View) -> list[Step]:
    read, index = view.read, view.shown.score.strict
    if index.raw is None or index.shrunk is None or index.score is None:
        return []
    found = [(_L("Contributions added up"), _sum(list(view.shown.measures), 100, read), read.figure(index.raw, 1))]
    found.append((_L("Small-branch correction"), _shrinking(view, index), read.figure(index.shrunk, 1)))
    if index.score < index.shrunk:
        cap = read.say("at most %(cap)s", cap=f"{view.shown.span.weights.veto_cap:g}")
        found.append((_L("Cap"), cap, read.figure(index.score, 1)))
    return found


def _shrinking(view: View, index: Index) -> str:
    """(n × raw + k × median) ÷ (n + k), without the median in a type too small to compare."""
    read, k = view.read, view.shown.span.weights.shrinkage
    if view.shown.type_median is None:
        return read.say("towards the median of the type")
    n = read.people(view.shown.score.inputs.n)
    if not n.isdigit():
        return read.say("towards the median of the type")
    figures = {
        "n": n,
        "raw": read.figure(index.raw, 1),
        "k": f"{k:g}",
        "median": read.figure(view.shown.type_median, 1),
    }
    return f"({figures['n']} × {figures['raw']} + {figures['k']} × {figures['median']}) ÷ {int(n) + k:g}"
