"""What a rule asks, in words: which duties it makes, and what each parameter is called."""

from collections.abc import Mapping
from typing import Any

from zhibu_core.i18n import _L, Lazy, Translator
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.ledger.shapes import Course, Frequency, Hours, Talks, TermOfOffice, Timer
from zhibu_web.labels import kind_name
from zhibu_web.render import reader

PARAMETERS: Mapping[str, Lazy] = {
    "kind": _L("kind of record"),
    "every": _L("how often"),
    "times": _L("times"),
    "applies_to": _L("kinds of organization"),
    "needs": _L("condition"),
    "vacation_months": _L("vacation months"),
    "vacation_types": _L("types that owe half in vacation"),
    "due_month": _L("month in which it is due"),
    "remind_days": _L("days of notice"),
    "months": _L("months"),
    "yearly": _L("hours a year"),
    "yearly_post_holder": _L("hours a year with a post"),
    "minutes_per_hour": _L("minutes an hour"),
    "day_cap": _L("hours of one day at most"),
    "step": _L("rounded up to"),
    "years": _L("years of a term"),
    "village_years": _L("years of a term in villages"),
    "alert_days": _L("days of the alerts"),
    "critical_days": _L("days until critical"),
    "shift_months": _L("months of a shift"),
    "veto_months": _L("months until the index is capped"),
    "lead_days": _L("days of notice"),
    "branch_full_least": _L("full members at least"),
    "branch_most": _L("members at most"),
    "committee_from_full": _L("full members for a committee"),
    "branch_committee": _L("seats of a branch committee"),
    "general_branch": _L("members of a general branch"),
    "group_least": _L("members of a group at least"),
    "vacancy_days": _L("days without a secretary"),
    "off": _L("the rule does not hold here"),
}
OTHER = _L("another value of the rule")
EVERY: Mapping[str, Lazy] = {
    "month": _L("%(times)s × every month, due on its last day."),
    "quarter": _L("%(times)s × every quarter, due on its last day."),
    "year": _L("%(times)s × every year, due at the end of month %(month)s."),
}


def makes(version: RuleVersion, locale: str) -> list[str]:
    """Which duties a version makes, sentence by sentence."""
    words, rule = reader(locale), version.parameters
    match rule:
        case Frequency():
            return _frequency(rule, words, locale)
        case Hours():
            text = words.gettext("%(hours)s hours a year for each member, %(more)s with a party post.")
            return [text % {"hours": f"{rule.yearly:g}", "more": f"{rule.yearly_post_holder:g}"}]
        case Course():
            return [words.gettext("Each required course, for each member, until the course's own deadline.")]
        case Timer():
            text = words.ngettext(
                "%(num)s month from the start of the clock.", "%(num)s months from the start of the clock.", rule.months
            )
            return [text % {"num": rule.months}]
        case TermOfOffice():
            return [words.gettext("One election for each term of office, due when the term ends.")]
        case Talks():
            return [words.gettext("No duty: it counts for the portrait, as a share.")]
        case _:
            return [words.gettext("No duty: other rules and pages compute with it.")]


def _frequency(rule: Frequency, words: Translator, locale: str) -> list[str]:
    joint = words.pgettext("list", ", ")
    kinds = joint.join(kind_name(kind).of(locale) for kind in rule.applies_to)
    found = [
        words.text(EVERY[rule.every]) % {"times": rule.times, "month": rule.due_month},
        words.gettext("Asked of: %(kinds)s.") % {"kinds": kinds},
    ]
    if rule.needs == "committee":
        found.append(words.gettext("Only where there is a committee."))
    if rule.needs == "group":
        found.append(words.gettext("Once for each group."))
    if rule.vacation_months:
        values = {"months": joint.join(map(str, rule.vacation_months)), "types": joint.join(rule.vacation_types)}
        found.append(words.gettext("In the months %(months)s organizations of type %(types)s owe half.") % values)
    return found


def differences(version: RuleVersion, base: Mapping[str, Any], locale: str) -> list[tuple[Lazy, str, str]]:
    """What the tenant's layer changes: parameter, the pack's value, the tenant's."""
    words = reader(locale)
    changed = [name for name in version.values if name not in base or base[name] != version.values[name]]
    return [
        (
            PARAMETERS.get(name, OTHER),
            _value(base.get(name), words, locale),
            _value(version.values[name], words, locale),
        )
        for name in changed
    ]


def _value(value: Any, words: Translator, locale: str) -> str:
    if value is None:
        return words.gettext("not set")
    if isinstance(value, bool):
        return words.gettext("yes") if value else words.gettext("no")
    if isinstance(value, list | tuple):
        return words.pgettext("list", ", ").join(_value(one, words, locale) for one in value)
    if isinstance(value, dict):
        return words.pgettext("list", ", ").join(f"{kind_name(key).of(locale)} {one}" for key, one in value.items())
    return str(value)
