"""Asking for an export: the form, the count before anything is made, and the making."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, ZhibuError
from zhibu_core.exports.asking import ask
from zhibu_core.exports.declared import ExportKind, kind_of
from zhibu_core.exports.form import MOST_DAYS, SENSITIVE, USUAL_DAYS, Asked, Plan, faults_of, plan
from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import REPORT
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Fact, Link, Option
from zhibu_web.export_words import FILTERS, VALUES, ExportWords
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.pages.exports import DOOR, HERE
from zhibu_web.render import reader

MAKE_ONE = HERE + "/new/{key:str}"


@get(MAKE_ONE, opt={"action": "export.make"})
async def new_export(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    key: FromPath[str],
) -> Response[str]:
    """The form, as little chosen as may be: no sensitive field, seven days."""
    kind = kind_of(platform, who.plugins, key)
    return _form(request, who, platform, kind, Asked(key, "", (), kind.usual), [])


@post(MAKE_ONE, opt={"action": "export.make", "limits": REPORT})
async def make_export(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    key: FromPath[str],
) -> Response[Any]:
    """Counts first; makes the export once the count that was shown is still the count."""
    kind = kind_of(platform, who.plugins, key)
    form = await request.form()
    asked = _read(kind, {name: form.getall(name, []) for name in form})
    act = str(form.get("act", ""))
    if act == "change":
        return _form(request, who, platform, kind, asked, [])
    if faults := faults_of(asked):
        return _form(request, who, platform, kind, asked, faults)
    try:
        planned = await plan(platform, session, who, asked)
    except (InvalidInput, Forbidden) as error:
        if error.field is None:
            raise
        return _form(request, who, platform, kind, asked, [error])
    if act != "make" or form.get("counted") != _count(planned):
        return _check(request, who, platform, planned, changed=act == "make")
    export = await ask(platform, session, who, asked)
    return Redirect(f"{prefix_of(request)}{HERE}/{export.id}?done={export.state}", status_code=303)


def _count(planned: Plan) -> str:
    return f"{planned.lines}-{planned.persons}"


def _read(kind: ExportKind, form: Mapping[str, list[Any]]) -> Asked:
    def one(name: str) -> str:
        return str(form.get(name, [""])[0]).strip()

    days = one("days")
    names = tuple(filter(None, (line.strip() for line in one("recipients").splitlines())))
    return Asked(
        kind=kind.key,
        purpose=one("purpose"),
        recipients=names,
        fields=tuple(map(str, form.get("fields", []))) or ("",),
        organization=one("organization"),
        filters={name: one(name) for name in kind.filters},
        days=int(days) if days.isdecimal() and len(days) < 4 else 0,
        format=one("format"),
    )


def _form(
    request: AnyRequest, who: Scope, platform: Platform, kind: ExportKind, asked: Asked, faults: list[ZhibuError]
) -> Response[str]:
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    columns = [(one.is_sensitive, Option(one.key, one.title.of(locale))) for one in kind.columns]
    every = Option("", reader(locale).pgettext("filter", "All"))
    context = {
        "here": f"{here}/new/{kind.key}",
        "title": kind.title.of(locale),
        "about": kind.about.of(locale),
        "back": Link(reader(locale).gettext("Exports"), here),
        "asked": asked,
        "most_days": MOST_DAYS,
        "usual_days": USUAL_DAYS,
        "fields": [option for is_sensitive, option in columns if not is_sensitive],
        "sensitive": [option for is_sensitive, option in columns if is_sensitive] if who.may(SENSITIVE) else [],
        "filters": [
            (
                name,
                FILTERS[name].of(locale),
                [every, *(Option(k, w.of(locale)) for k, w in VALUES.get(name, {}).items())],
            )
            for name in kind.filters
        ],
        "choices": set(VALUES),
        "formats": [Option("xlsx", "Excel (.xlsx)"), Option("csv", "CSV (.csv)")],
        "wrong": [(fault.field, fault.message.of(locale)) for fault in faults],
        "has_errors": bool(faults),
    }
    status = 422 if faults else 200
    return page(request, who, platform, "pages/export_form.html", context, door=DOOR, status=status)


def _check(request: AnyRequest, who: Scope, platform: Platform, planned: Plan, *, changed: bool) -> Response[str]:
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    words, gettext, asked = ExportWords(platform, who, locale), reader(locale).gettext, planned.asked
    given = {name: value for name, value in asked.filters.items() if value}
    pairs = [
        (gettext("What"), planned.kind.title.of(locale)),
        (gettext("Where"), planned.place),
        (gettext("Narrowed to"), words.filters(given)),
        (gettext("Purpose"), asked.purpose),
        (gettext("Fields"), words.fields(asked.fields, asked.kind)),
        (gettext("Recipients"), words.join(asked.recipients)),
        (gettext("Days"), str(asked.days)),
    ]
    context = {
        "here": f"{here}/new/{planned.kind.key}",
        "title": planned.kind.title.of(locale),
        "back": Link(gettext("Exports"), here),
        "facts": [Fact(label, value) for label, value in pairs if value],
        "planned": planned,
        "sensitive": words.fields(asked.fields, asked.kind, sensitive=True),
        "counted": _count(planned),
        "hidden": _hidden(asked),
        "changed": changed,
    }
    return page(request, who, platform, "pages/export_check.html", context, door=DOOR)


def _hidden(asked: Asked) -> list[tuple[str, str]]:
    """The form's values, to be sent once more."""
    plain = {
        "purpose": asked.purpose,
        "organization": asked.organization,
        "days": str(asked.days),
        "format": asked.format,
    }
    fields = [("fields", key) for key in asked.fields]
    return [*plain.items(), *asked.filters.items(), *fields, ("recipients", "\n".join(asked.recipients))]
