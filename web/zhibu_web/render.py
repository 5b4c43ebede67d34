"""Turns templates into pages: one Jinja environment, the reader's language in a context variable, plugins by prefix."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Undefined,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from zhibu_core.errors import InvalidInput
from zhibu_core.glossary import term, term_entry
from zhibu_core.i18n import CHINESE, Lazy, Translator, translator
from zhibu_core.words import Words
from zhibu_web import formats
from zhibu_web.assets import static_address
from zhibu_web.components import MARKS, Cell
from zhibu_web.shell import SIZE_NAMES

PACKAGE = "zhibu_web"
RESERVED = frozenset({"components", "pages", "base.html"})
_reader: ContextVar[Translator] = ContextVar("zhibu_reader")
_plugins: dict[str, BaseLoader] = {}
_packages: dict[str, str] = {}


def add_templates(prefix: str, package: str) -> None:
    """Make `templates/<prefix>/…` of a plugin's package reachable as `<prefix>/…`, and its words with it.

    Raises `InvalidInput` for a prefix that would hide core's own templates.
    """
    if prefix in RESERVED:
        raise InvalidInput(
            "templates",
            Words(
                f"“{prefix}”是平台自己的模板目录。请换一个前缀。",
                f"“{prefix}” is the platform's own template folder. Choose another prefix.",
            ),
        )
    _packages[prefix] = package
    if (files(package) / "templates" / prefix).is_dir():
        _plugins[prefix] = PackageLoader(package, f"templates/{prefix}")


def render(name: str, *, locale: str, context: Mapping[str, Any]) -> str:
    """The page `name` in a language; a name that the template uses and `context` lacks raises `UndefinedError`."""
    mark = _reader.set(reader(locale))
    try:
        return environment().get_template(name).render(context)
    finally:
        _reader.reset(mark)


def render_block(name: str, block: str, *, locale: str, context: Mapping[str, Any]) -> str:
    """One block of a page, for htmx: the very markup that the whole page would have there."""
    mark = _reader.set(reader(locale))
    try:
        template = environment().get_template(name)
        inner = template.new_context(dict(context))
        # The first piece comes after imports and settings of the page have run; they are then in the context.
        next(iter(template.root_render_func(inner)), None)
        return "".join(inner.blocks[block][0](inner))
    finally:
        _reader.reset(mark)


def reader(locale: str) -> Translator:
    """The translator of pages: core, web, and every plugin whose templates were added."""
    return translator(locale, (PACKAGE, *_packages.values()))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment; page code uses `render`, tests may look inside."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(PACKAGE, "templates"), PrefixLoader(_plugins)]),
        autoescape=True,
        # Folding constants would fix the language of the first reader into the compiled template.
        optimized=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        finalize=_finalize,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _reader.get().gettext(text),
        lambda one, many, count: _reader.get().ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: _reader.get().pgettext(context, text),
        npgettext=lambda context, one, many, count: _reader.get().npgettext(context, one, many, count),
    )
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        made.globals[name] = _filled(cast("Callable[..., str]", made.globals[name]))
    made.policies["ext.i18n.trimmed"] = True
    made.filters.update(_filters())
    made.tests["cell"] = lambda value: isinstance(value, Cell)
    made.globals.update(static=static_address, lang=lambda: _locale(), lang_tag=_tag, term=_term, space=_space)
    made.globals.update(SIZE_NAMES=SIZE_NAMES, MARKS=MARKS)
    return made


def _filled(function: Callable[..., str]) -> Callable[..., str]:
    """The same function with lazy and two-language values put into the reader's language."""

    @pass_context
    def filled(context: Context, *texts: Any, **values: Any) -> str:
        return function(context, *texts, **{name: _shown(value) for name, value in values.items()})

    return filled


def _space() -> str:
    """The blank between two sentences, which Chinese does not have."""
    return " " if formats.is_english(_locale()) else ""


def _locale() -> str:
    found = _reader.get(None)
    return found.locale if found else CHINESE


def _tag() -> str:
    return _locale().replace("_", "-")


def _term(key: str) -> Markup:
    """A word of the glossary that opens its meaning in place."""
    entry = term_entry(key)
    meaning = escape(entry.meaning(_locale()))
    return Markup('<details class="term"><summary>{}</summary><span>{}</span></details>').format(
        term(key, _locale()), meaning
    )


def _shown(value: object) -> object:
    """Lazy and two-language texts appear in the reader's language; nothing appears for None."""
    if isinstance(value, Words):
        return value.of(_locale())
    if isinstance(value, Lazy):
        return _reader.get().text(value)
    return "" if value is None else value


@pass_context
def _finalize(_: Context, value: object) -> object:
    """The same for everything a template prints; asking for the context keeps it from being done at compile time."""
    return _shown(value)


def _kept(text: object) -> Markup:
    """A number with its unit, kept on one line."""
    return Markup('<span class="nowrap">{}</span>').format(_shown(text))


def _due(day: dt.date, today: dt.date) -> Markup:
    found = formats.due(day, today, _locale())
    lead = Markup('<span class="over">{}</span>').format(found.lead) if found.over else escape(found.lead)
    return Markup('<time datetime="{}">{}{}</time>').format(day.isoformat(), lead, found.rest)


def _filters() -> dict[str, Callable[..., Any]]:
    def here(function: Callable[..., str]) -> Callable[..., str]:
        return lambda value, *args, **options: function(value, *args, locale=_locale(), **options)

    return {
        "text": _shown,
        "keep": _kept,
        "due": _due,
        "date": here(formats.date_long),
        "day": here(formats.date_short),
        "iso": here(formats.date_table),
        "moment": here(formats.moment_long),
        "clock": formats.clock,
        "weekday": here(formats.weekday_name),
        "period": here(formats.period_name),
        "inside": here(formats.inside),
        "number": here(formats.number),
        "minutes": here(formats.minutes),
        "money": here(formats.money),
        "persons": here(formats.persons),
        "unit": lambda value, unit, **options: _kept(formats.with_unit(value, str(_shown(unit)), _locale(), **options)),
        "share": lambda part, whole, unit="": _kept(formats.share(part, whole, str(_shown(unit)), _locale())),
        "mask_name": formats.mask_name,
        "mask_phone": formats.mask_phone,
        "mask_citizen_id": formats.mask_citizen_id,
        "all_of": _all_of,
    }


def _all_of(values: Iterable[object]) -> list[object]:
    return [value for value in values if not isinstance(value, Undefined) and value]
