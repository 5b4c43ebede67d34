"""Tells the data rows of a sheet from blanks, totals, notes, signatures and repeated headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zhibu_core.imports.formats.sheet import Cell, Sheet
from zhibu_core.imports.layout import Layout
from zhibu_core.imports.text import squeezed

_TOTAL = re.compile(r"(?:本页|本表|本支部|全部|以上)?(?:合计|总计|小计|共计|累计|总和)(?:[:(].*|\d.*|数?)")
_NOTE = re.compile(
    r"(?:注\d?|备注|附注|说明|填[表报写]说明|提示|附|(?:填[表报]|制表|审[核批]|复核|经办|校对|统计|打印|导出|上报|签字|签名)"
    r"(?:人|单位|日期|时间|部门|员)?|.{0,8}负责人(?:签字|签章)?|联系(?:人|电话|方式)|.{0,6}(?:签字|签章|盖章))[:(].*"
    r"|以下(?:空白|无正文).*|第\d+页.*|.{0,6}(?:公章|盖章|签字|签名)\)?"
)
_PROSE = re.compile(r"[:;。!?]|,.*,")
_LONG = 12
_FEW = 5


@dataclass(slots=True)
class DataRows:
    """The data rows of a sheet with their numbers, and how many rows below the headings were left out."""

    numbers: list[int]
    rows: list[list[Cell]]
    skipped: list[int]


def data_rows(sheet: Sheet, layout: Layout) -> DataRows:
    """Sorts the rows below the headings; blank rows after the last written one are not counted."""
    bound = sorted(layout.bound.values())
    headings = [_filled(sheet.rows[number - 1]) for number in layout.header_rows]
    result = DataRows([], [], [])
    waiting: list[int] = []
    for number, row in enumerate(sheet.rows[layout.header_rows[-1] :], layout.header_rows[-1] + 1):
        if _is_blank(row):
            waiting.append(number)
            continue
        if _is_data(row, bound, headings):
            result.numbers.append(number)
            result.rows.append(row)
        else:
            waiting.append(number)
        result.skipped += waiting
        waiting = []
    return result


def _is_blank(row: Sequence[Cell]) -> bool:
    return all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row)


def _filled(row: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in row if cell != ""]


def _is_data(row: Sequence[Cell], bound: Sequence[int], headings: Sequence[Sequence[Cell]]) -> bool:
    filled = _filled(row)
    first = filled[0] if isinstance(filled[0], str) else ""
    if first and _TOTAL.fullmatch(squeezed(first)):
        return False
    if not any(row[place] != "" for place in bound):  # a serial number written ahead, or a remark beside the table
        return False
    if filled in headings:  # printed tables repeat them on every page
        return False
    return len(filled) > _FEW or not _is_remark(filled)


def _is_remark(filled: Sequence[Cell]) -> bool:
    """A note or signature line: by its first words, or one long sentence alone in the row."""
    texts = [squeezed(cell) for cell in filled if isinstance(cell, str)]
    if texts and _NOTE.fullmatch(texts[0]):
        return True
    return len(filled) == 1 and bool(texts) and (len(texts[0]) > _LONG or bool(_PROSE.search(texts[0])))
