"""What a person's record shows, to staff and to the person: groups with their source, posts, panels, evidence."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from zhibu_core.ledger.models import Fact
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Fact as Line
from zhibu_web.framing import AnyRequest, locale_of_request, prefix_of
from zhibu_web.labels import CLASSES, GRADES, MARKS, SEXES, STATUSES, fact_names, post_name
from zhibu_web.mounted import record_address, record_pages
from zhibu_web.panels import panels_of
from zhibu_web.reading.members import Record
from zhibu_web.render import reader


async def record_context(
    request: AnyRequest, who: Scope, platform: Platform, record: Record, *, own: bool
) -> dict[str, Any]:
    """The values of `pages/member.html`; `own` for the person's own view."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    path = record.path or ""
    return {
        "record": record,
        "own": own,
        "here": f"{prefix}/me" if own else f"{prefix}/people/members/{record.person.id}",
        "person_lines": _person(record, locale),
        "membership_lines": _membership(record, locale),
        "posts": [
            (post_name(row.role), row.name, f"{prefix}/people/organizations/{row.code}", _since(row))
            for row in record.positions
        ],
        "panels": await panels_of(request, platform, who, "person", record.person.id, path, own=own),
        "proofs": _proofs(request, platform, who, record, prefix) if own or who.may("fact.read", path) else None,
        "may_unmask": not own and who.may("member.unmask", path),
        "shown": None,
        "purpose": None,
    }


def _person(record: Record, locale: str) -> list[Line]:
    person, words = record.person, reader(locale)
    sex = SEXES.get(person.sex or "")
    rows = [
        (words.gettext("Staff or student number"), person.number),
        (words.gettext("Sex"), sex),
        (words.gettext("Ethnic group"), person.ethnic),
        (words.gettext("Born"), _iso(person.birth_on)),
        (words.gettext("Education"), person.education),
        (words.gettext("Post in the unit"), person.post),
    ]
    return [_line(label, value, words.gettext("not recorded")) for label, value in rows]


def _membership(record: Record, locale: str) -> list[Line]:
    held, words = record.membership, reader(locale)
    if held is None or record.branch is None:
        return []
    rows: list[tuple[str, Words | str | None]] = [
        (words.pgettext("of a person", "Branch"), record.branch.name),
        (words.gettext("Kind of member"), CLASSES.get(held.member_class)),
        (words.gettext("State"), STATUSES.get(held.status)),
        (words.gettext("Joined"), held.joined_on.isoformat()),
        (words.gettext("Full member since"), _iso(held.full_on)),
        (words.gettext("Standing counts from"), _iso(held.standing_from)),
    ]
    if held.is_mobile:
        rows.append((words.gettext("Mobile member"), held.mobile_to or words.gettext("yes")))
    if held.is_lost:
        rows.append((words.gettext("Contact lost since"), _iso(held.lost_since)))
    return [_line(label, value, words.gettext("not recorded")) for label, value in rows]


def _line(label: str, value: Words | str | None, unknown: str) -> Line:
    return Line(label, value or unknown)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _since(row: Any) -> str | None:
    if row.since is None:
        return None
    return str(row.since.strftime("%Y-%m")) if row.since_precision == "month" else str(row.since.isoformat())


def _proofs(request: AnyRequest, platform: Platform, who: Scope, record: Record, prefix: str) -> list[dict[str, Any]]:
    names = fact_names(platform, who.plugins)
    opened = record_pages(request.app, who)
    return [_proof(fact, names, opened, prefix) for fact in record.facts]


def _proof(fact: Fact, names: dict[str, Words], opened: Mapping[str, str], prefix: str) -> dict[str, Any]:
    """What happened, how it is known, and the page of the record where there is one."""
    page = opened.get(fact.record_type)
    detail = MARKS.get(fact.mark or "") or (fact.detail or {}).get("name") or ""
    return {
        "title": names.get(fact.kind) or Words("记录", "record"),
        "detail": detail,
        "on": fact.happened_on,
        "grade": GRADES.get(fact.grade, GRADES["recorded"]),
        "href": record_address(prefix, page, fact.record_id) if page else None,
    }
