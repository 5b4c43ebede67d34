"""What the cells of an .xlsx do not say: hidden rows and the 1904 calendar, from the package's own XML; with size limits."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from zhibu_core.imports.formats.sheet import MAX_CELLS, MAX_COLUMNS, MAX_UNPACKED_BYTES
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.words import Words

_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_WIDE = re.compile(rb' r="([A-Z]{2,3})\d')
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*(?<!/)>')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Package:
    """Facts of a workbook: whether its serial numbers count from 1904, and the hidden rows of each sheet by title."""

    date_1904: bool
    hidden_rows: dict[str, frozenset[int]]


def inspect(archive: zipfile.ZipFile, file: str) -> Package:
    """Reads the package; raises `Unreadable` where it is none, or larger unpacked than this reader takes."""
    try:
        _check_size(archive, file)
        book = _parse(archive.read("xl/workbook.xml"))
        targets = _targets(archive)
        hidden = {}
        for sheet in book.iterfind(".//{*}sheets/{*}sheet"):
            part = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "")
            if part and part in archive.NameToInfo:
                hidden[sheet.get("name", "")] = _scan(archive, part, file)
        _verify(archive, "xl/sharedStrings.xml")
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise Unreadable(
            "file_damaged",
            file,
            Words(
                "文件已损坏，无法读取。请用 Excel 或 WPS 打开并另存为 .xlsx 后重试。",
                "the file is damaged and cannot be read. Open it with Excel or WPS, save it as .xlsx and try again.",
            ),
        ) from error
    properties = book.find(".//{*}workbookPr")
    return Package(properties is not None and properties.get("date1904") in ("1", "true"), hidden)


def _check_size(archive: zipfile.ZipFile, file: str) -> None:
    if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // 2**20
        raise Unreadable(
            "file_too_large",
            file,
            Words(
                f"解压后超过 {limit} MB。请拆成几个文件后分别导入。",
                f"larger than {limit} MB when unpacked. Split it into several files and import them one by one.",
            ),
        )


def _parse(xml: bytes) -> "etree._Element":
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    relations = _parse(archive.read("xl/_rels/workbook.xml.rels"))
    return {
        relation.get("Id", ""): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in relations.iterfind("{*}Relationship")
    }


def _scan(archive: zipfile.ZipFile, part: str, file: str) -> frozenset[int]:
    """The hidden rows of one sheet; on the way refuses a sheet that would fill the memory with empty cells."""
    hidden, row, wide = set(), 0, 1
    for chunk in _pieces(archive, part):
        for found in _ROW.finditer(chunk):
            number = _ROW_NUMBER.search(found[0])
            row = int(number[1]) if number else row + 1
            if _HIDDEN.search(found[0]):
                hidden.add(row)
        wide = max([wide, *map(_column, set(_WIDE.findall(chunk)))])
    if wide > MAX_COLUMNS or row * wide > MAX_CELLS:
        _check_filled(archive, part, file)
    return frozenset(hidden)


def _check_filled(archive: zipfile.ZipFile, part: str, file: str) -> None:
    """The same limits by the cells that hold something: formats reach further than data in many honest files."""
    wide = deep = 1
    for chunk in _pieces(archive, part):
        for letters, number in _FILLED.findall(chunk):
            wide, deep = max(wide, _column(letters)), max(deep, int(number))
    if wide > MAX_COLUMNS or deep * wide > MAX_CELLS:
        raise Unreadable(
            "file_too_large",
            file,
            Words(
                f"工作表有 {deep} 行、{wide} 列，超出 {MAX_COLUMNS} 列或 {MAX_CELLS} 个单元格的上限。"
                "请删去表格以外的内容，或拆成几个文件。",
                f"a sheet has {deep} rows and {wide} columns, more than {MAX_COLUMNS} columns or {MAX_CELLS} cells. "
                "Delete what is not the table, or split it into several files.",
            ),
        )


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces that end between two tags; reading to the end also proves its size and checksum."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            chunk = rest + chunk
            cut = chunk.rfind(b"<")
            rest = chunk[cut:] if cut > 0 else b""
            yield chunk[:cut] if cut > 0 else chunk
    yield rest


def _verify(archive: zipfile.ZipFile, part: str) -> None:
    if part in archive.NameToInfo:
        with archive.open(part) as stream:
            while stream.read(_CHUNK):
                pass


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
