"""Papers as PDF: a title, facts and tables of the same values that pages show, set by Typst with the fonts of the machine."""

import asyncio
import datetime as dt
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from litestar import Response
from markupsafe import Markup

from zhibu_core.errors import Unavailable
from zhibu_core.i18n import Lazy
from zhibu_core.words import Words
from zhibu_web import formats
from zhibu_web.components import Cell, Column, Fact, Row
from zhibu_web.render import reader

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = "printing.typ"
FONTS = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "SimSun", "FangSong", "Noto Sans CJK SC", "Source Han Sans SC",
    "Noto Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts that have Chinese; the first that the machine has is taken."""

Shown = Cell | str | Words | Lazy | int | float | None


@dataclass(frozen=True)
class PrintedPart:
    """A heading with a text, or with a table of the values that a page gives to `data_table`."""

    title: Shown
    text: Shown = ""
    columns: Sequence[Column] = ()
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class Printed:
    """A paper: `foot` stands at the end of each page beside its number (unit, who printed it, when)."""

    title: str
    lede: str
    facts: Sequence[Fact]
    parts: Sequence[PrintedPart]
    foot: str
    at: dt.datetime


async def pdf_of(paper: Printed, locale: str) -> bytes:
    """The paper as tagged PDF (PDF/UA-1), set in a thread; the same paper gives the same bytes.

    Raises `Unavailable` on a machine without a font that has Chinese.
    """
    return await asyncio.to_thread(_set, paper, locale)


def pdf_answer(body: bytes, name: str) -> Response[bytes]:
    """The answer that gives a paper to be kept under an ASCII name; it is nobody else's to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="application/pdf", headers=headers)


def _set(paper: Printed, locale: str) -> bytes:
    import typst  # tens of megabytes, for processes that set a paper

    data = msgspec.json.encode(_values(paper, locale)).decode()
    template = files("zhibu_web").joinpath(TEMPLATE).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error", typst.TypstWarning)
        made = typst.Compiler(font_paths=_fonts()).compile(
            template,
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards="ua-1",
            timestamp=paper.at.replace(microsecond=0),
        )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single file")
    return made


def _values(paper: Printed, locale: str) -> dict[str, object]:
    def text(value: Shown) -> str:
        return in_words(value, locale)

    parts = [
        {
            "title": text(one.title),
            "text": text(one.text),
            "columns": [{"label": _label(column, locale), "numeric": column.numeric} for column in one.columns],
            "rows": [[text(row.head), *map(text, row.cells)] for row in one.rows],
        }
        for one in paper.parts
    ]
    facts = [[text(one.label), text(one.value)] for one in paper.facts]
    return {
        "lang": "en" if formats.is_english(locale) else "zh", "fonts": [font()], "title": paper.title, "lede": paper.lede,
        "facts": facts, "parts": parts, "foot": paper.foot,
    }  # fmt: skip


def in_words(value: Shown, locale: str) -> str:
    """A cell as one reads it on paper, where nothing can be opened."""
    if isinstance(value, Cell):
        return in_words(value.value, locale)
    if isinstance(value, Markup):
        return value.striptags()
    if isinstance(value, Words):
        return value.of(locale)
    if value is None or isinstance(value, int | float):
        return formats.number(value, locale)
    return reader(locale).text(value)


@lru_cache(maxsize=1)
def font() -> str:
    """The font that papers are set in; raises `Unavailable` where the machine has none of `FONTS`."""
    there = set(_fonts().families())
    for name in FONTS:
        if name in there:
            return name
    said = Words(
        "服务器没有中文字体，不能生成 PDF。请联系运维人员安装中文字体。",
        "The server has no font with Chinese, so it cannot make a PDF. Ask its operator to install one.",
    )
    raise Unavailable("print_font", said)


@lru_cache(maxsize=1)
def _fonts() -> "Fonts":
    """The machine's fonts, looked for once."""
    import typst

    return typst.Fonts(include_embedded_fonts=False)


def _label(column: Column, locale: str) -> str:
    label = in_words(column.label, locale)
    if column.unit is None:
        return label
    return label + reader(locale).pgettext("list", ", ") + in_words(column.unit, locale)
