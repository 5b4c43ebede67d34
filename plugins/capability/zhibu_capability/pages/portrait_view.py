"""What the portrait page shows: two sentences, the parts, the spread in the type, the trend, the shape."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from zhibu_capability.pages.words import (
    BANDS,
    INDEX,
    MEASURES,
    PARTS,
    SHORT,
    VETOES,
    Reading,
    carried,
    helps,
    made_of,
    page_of,
    whole,
)
from zhibu_capability.portrait import Portrait, TrendPoint
from zhibu_capability.shares import Measure
from zhibu_core.i18n import _L
from zhibu_web.components import Cell, Column, Row
from zhibu_web.dots import DotStrip
from zhibu_web.formats import period_inside, period_name

CLOSE = 0.5
"""Less than half a point is no difference."""


@dataclass(frozen=True)
class Before:
    """The quarter before: its name in words, the index, and the measures where they are stored."""

    name: str
    value: float
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class View:
    """A portrait for one reader; `number` is the address of a number without its key, `query` what follows it."""

    shown: Portrait
    read: Reading
    number: str
    query: str
    today: dt.date

    def link(self, key: str) -> str:
        """The page of a number."""
        return f"{self.number}/{key}{self.query}"

    @property
    def value(self) -> int | None:
        """The index as it is shown."""
        return whole(self.shown.score.strict.score)


def first_sentence(view: View, before: Before | None) -> dict[str, Any]:
    """The index in words, with what it was before and why; or why there is none."""
    shown, read = view.shown, view.read
    when = period_name(shown.span.period, read.locale)
    if view.value is None:
        said = _unscored(shown, read)
        return {"value": None, "before": "", "after": f"{when}{read.joint}{said}{read.stop}"}
    tail = read.joint + read.say("band: %(band)s", band=read.named_as(BANDS[shown.score.strict.band or "poor"]))
    if shown.score.veto:
        why = read.joint.join(read.named_as(VETOES[veto]) for veto in shown.score.veto)
        tail += read.joint + read.say("capped: %(why)s", why=why)
    elif before:
        tail += read.joint + _change(view, before)
    return {"value": view.value, "before": period_inside(shown.span.period, read.locale), "after": tail + read.stop}


def _unscored(shown: Portrait, read: Reading) -> str:
    if not shown.score.inputs.n:
        return read.say("there is no score: no member counts in this period")
    if shown.score.parts.a is None and shown.score.parts.b_strict is None and shown.score.parts.c is None:
        return read.say("there is no score: nothing was asked for")
    return read.say("there is no score: the branch is new")


def _change(view: View, before: Before) -> str:
    read = view.read
    step = (view.value or 0) - (whole(before.value) or 0)
    if not step:
        return read.say("as in %(before)s", before=before.name)
    text = read.say("%(step)s higher than in %(before)s", step=step, before=before.name)
    if step < 0:
        text = read.say("%(step)s lower than in %(before)s", step=-step, before=before.name)
    moved = most_moved(view.shown.measures, before.measures, up=step > 0)
    return f"{text}{read.joint}{_because(moved, read)}" if moved else text


def most_moved(now: Sequence[Measure], then: Sequence[Measure], *, up: bool) -> tuple[Measure, Measure] | None:
    """The measure whose contribution changed most in a direction, now and then; None where none did."""
    old = {one.key: one for one in then}
    pairs = [(one, old[one.key]) for one in now if one.key in old]
    moved = [(a, b) for a, b in pairs if (a.contribution - b.contribution) * (1 if up else -1) > CLOSE]
    return max(moved, key=lambda pair: abs(pair[0].contribution - pair[1].contribution), default=None)


def _because(moved: tuple[Measure, Measure], read: Reading) -> str:
    now, then = moved
    return read.say(
        "mainly because “%(what)s” went from %(old)s to %(new)s",
        what=read.named_as(MEASURES[now.key]), old=whole(100 * then.share), new=whole(100 * now.share),
    )  # fmt: skip


def second_sentence(view: View) -> str:
    """Where the branch lies in its type, and what would raise it."""
    read, shown = view.read, view.shown
    texts = [_place(view), _raise(view)]
    if view.value is not None and not shown.score.strict.comparable:
        texts[0] = read.say("With fewer than five members it is not compared with others")
    said = [text for text in texts if text]
    between = "" if read.locale.startswith("zh") else " "
    return between.join(f"{text}{read.stop}" for text in said)


def _place(view: View) -> str:
    read, shown = view.read, view.shown
    kind, middle = shown.score.branch.type or read.say("no type"), halves(shown)
    if view.value is None:
        return ""
    if shown.type_median is None:
        return read.say("Fewer than five branches of the type “%(kind)s” have a score, so none is compared", kind=kind)
    if middle is None:
        return read.say("The median of %(units)s branches of the type “%(kind)s” is %(median)s",
                        units=shown.units, kind=kind, median=whole(shown.type_median))  # fmt: skip
    low, high = whole(middle[0]) or 0, whole(middle[1]) or 0
    text = read.say("Of %(units)s branches of the type “%(kind)s” it lies in the middle half (%(low)s to %(high)s)",
                    units=shown.units, kind=kind, low=low, high=high)  # fmt: skip
    if view.value > high:
        text = read.say("Of %(units)s branches of the type “%(kind)s” it lies above the middle half (%(low)s to %(high)s)",
                        units=shown.units, kind=kind, low=low, high=high)  # fmt: skip
    if view.value < low:
        text = read.say("Of %(units)s branches of the type “%(kind)s” it lies below the middle half (%(low)s to %(high)s)",
                        units=shown.units, kind=kind, low=low, high=high)  # fmt: skip
    return text


def _raise(view: View) -> str:
    shown, read = view.shown, view.read
    found = [text for one in shown.raising[:2] if (text := helps(one, shown.score.inputs, shown.span.weights, read))]
    joint = "；" if read.locale.startswith("zh") else "; "
    return read.say("What would raise it: %(what)s", what=joint.join(found)) if found else ""


def halves(shown: Portrait) -> tuple[float, float] | None:
    """The ends of the middle half of the type, None in a small type."""
    if shown.distribution is None:
        return None
    low, _, high = quantiles(shown.distribution, n=4, method="inclusive")
    return low, high


def part_rows(view: View, lost: str) -> tuple[tuple[Column, ...], list[Row]]:
    """Parts A, B and C; `lost` says which session lost most."""
    read = view.read
    columns = (
        Column(_L("Part")), Column(_L("Value"), numeric=True), Column(_L("Weight"), numeric=True),
        Column(_L("Contribution"), numeric=True), Column(_L("Confidence")), Column(_L("What would raise it")),
    )  # fmt: skip
    return columns, [_part(view, part, lost if part == "a" else "", read) for part in PARTS]


def _part(view: View, part: str, lost: str, read: Reading) -> Row:
    found = [one for one in view.shown.measures if one.part == part]
    name = f"{part.upper()} {read.named_as(PARTS[part])}"
    inputs, weights = view.shown.score.inputs, view.shown.span.weights
    if not found:
        return Row(
            name,
            (read.say("none so far"), "0.00", "0.0", carried(part, inputs, read), read.say("Its weight is shared out")),
        )
    weight, points = sum(one.weight for one in found), sum(one.contribution for one in found)
    value = whole(100 * points / weight) if weight else None
    facts = made_of(found[0], read) if len(found) == 1 else read.say("made of five numbers")
    said = read.joint.join(filter(None, (f"{read.named_as(PARTS[part])} {value}", facts)))
    ways = [text for one in sorted(found, key=lambda one: -one.missing) if (text := helps(one, inputs, weights, read))]
    joint = "；" if read.locale.startswith("zh") else "; "
    text = joint.join([lost] if lost else ways[:2]) or read.say("Nothing is missing")
    return Row(
        name,
        (
            Cell(value, href=view.link(part), name=said),
            read.figure(weight / 100, 2),
            read.figure(points, 1),
            carried(part, inputs, read),
            text,
        ),
    )


def spread_rows(view: View) -> dict[str, Any] | None:
    """The dot strip, its tables and its finding; None in a type too small for one, or where the branch is not compared."""
    shown, read, middle = view.shown, view.read, halves(view.shown)
    if middle is None or shown.distribution is None or view.value is None or not shown.score.strict.comparable:
        return None
    dots = DotStrip(
        tuple(whole(value) or 0 for value in shown.distribution),
        low=whole(middle[0]) or 0, median=whole(shown.type_median) or 0, high=whole(middle[1]) or 0, own=view.value,
    )  # fmt: skip
    finding = read.say("This branch %(own)s; the median of %(units)s branches of the type “%(kind)s” is %(median)s.",
                       own=dots.own, units=shown.units, kind=shown.score.branch.type, median=dots.median)  # fmt: skip
    return {
        "finding": finding,
        "dots": dots,
        "columns": (Column(shown.score.branch.type or _L("Type")), Column(INDEX, numeric=True)),
        "rows": (
            Row(_L("Middle half, upper end"), (dots.high,)),
            Row(_L("Median"), (dots.median,)),
            Row(_L("Middle half, lower end"), (dots.low,)),
            Row(_L("This branch"), (dots.own,)),
        ),
        "all_columns": (Column(_L("Place in the list")), Column(INDEX, numeric=True)),
        "all": tuple(Row(str(n), (value,)) for n, value in enumerate(dots.values, 1)),
        "units": shown.units,
    }


def trend_rows(view: View, points: Sequence[TrendPoint]) -> dict[str, Any] | None:
    """The table of eight quarters, newest first, and its finding; None where fewer than two have a value."""
    known = [(point.period, whole(point.value)) for point in points if point.value is not None]
    if len(known) < 2:
        return None
    read = view.read
    compared = any(point.median is not None for point in points)
    columns = [Column(_L("Quarter")), Column(_L("This branch"), numeric=True)]
    changes = [point.period for point in points[1:] if point.rules_changed and point.value is not None]
    values = {"first": known[0][1], "last": known[-1][1], "count": len(known)}
    finding = read.say("In %(count)s quarters from %(first)s to %(last)s.", **values)
    if changes:
        finding += "" if read.locale.startswith("zh") else " "
        finding += read.say("The rules changed in between, so the two parts do not compare.")
    rows = []
    for point in reversed(points):
        cells = (read.figure(whole(point.value)), read.figure(whole(point.median)))
        broken = bool(changes) and point.period == changes[-1]
        name = period_name(point.period, read.locale)
        rows.append(Row(name, cells if compared else cells[:1], key="break" if broken else "", short=str(point.period)))
    return {
        "finding": finding,
        "columns": (*columns, Column(_L("Median"), numeric=True)) if compared else tuple(columns),
        "rows": tuple(rows),
        "break": read.say("Rules changed") if changes else None,
        "compared": compared,
    }


def shape_rows(view: View, usual: Mapping[str, float]) -> dict[str, Any] | None:
    """The six axes beside the medians of the type; None where no part has a value."""
    read = view.read
    found = [one for one in view.shown.measures if one.key in SHORT]
    if not found or view.shown.score.strict.score is None:
        return None
    comparing = usual if view.shown.score.strict.comparable else {}
    own, median, bar = Column(_L("This branch"), numeric=True), Column(_L("Median"), numeric=True), Column(_L("Bar"))
    rows = [_axis(view, one, comparing, read) for one in found]
    return {
        "finding": _shape_finding(found, comparing, read),
        "columns": (Column(_L("Side")), own, *((median,) if comparing else ()), bar),
        "rows": tuple(rows),
        "compared": bool(comparing),
        "radar": len(found) > 2,
    }


def _axis(view: View, one: Measure, usual: Mapping[str, float], read: Reading) -> Row:
    value, name = whole(100 * one.share), read.named_as(MEASURES[one.key])
    said = read.joint.join(filter(None, (f"{name} {value}", made_of(one, read))))
    cells: tuple[Any, ...] = (Cell(value, href=view.link(page_of(one.key)), name=said),)
    if usual:
        cells += (read.figure(whole(usual.get(one.key))),)
    return Row(name, (*cells, Cell(bar=100 * one.share)), short=SHORT[one.key])


def _shape_finding(found: Sequence[Measure], usual: Mapping[str, float], read: Reading) -> str:
    compared = [one for one in found if one.key in usual]
    if not compared:
        lowest = min(found, key=lambda one: one.share)
        name = read.named_as(MEASURES[lowest.key])
        return read.say("Of %(count)s sides “%(what)s” has most room.", count=len(found), what=name)
    below = [one for one in compared if (whole(100 * one.share) or 0) < (whole(usual[one.key]) or 0)]
    if not below:
        return read.say("None of %(count)s sides is below the median of the type.", count=len(compared))
    joint = "、" if read.locale.startswith("zh") else ", "
    names = joint.join(read.named_as(MEASURES[one.key]) for one in below)
    if len(below) == len(compared):
        return read.say("All %(count)s sides are below the median of the type.", count=len(compared))
    return read.say("%(above)s of %(count)s sides are not below the median of the type; lower: %(names)s.",
                    above=len(compared) - len(below), count=len(compared), names=names)  # fmt: skip
