"""Which kinds of file may be kept, known by their content and never by what the sender says."""

import codecs
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words


@dataclass(frozen=True)
class Kind:
    """A kind of file; the first of `endings` is put to a name that has none of them."""

    content_type: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
PNG = Kind("image/png", (".png",))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"))
WEBP = Kind("image/webp", (".webp",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
TXT = Kind("text/plain", (".txt",))
KINDS = (PDF, PNG, JPEG, WEBP, DOCX, XLSX, TXT)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)

HEAD = 16
BLOCK = 1 << 20
LONGEST_NAME = 120
PARTS = "[Content_Types].xml"
MOST_PARTS = 256 * 1024
"""Bytes of the list of parts of an Office document; a real one has a few thousand."""


def kind_of(file: BinaryIO) -> Kind | None:
    """The kind of a seekable file, None for one that is not kept; reads text as a whole, in blocks."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return TXT if _is_text(file) else None


def _office(file: BinaryIO) -> Kind | None:
    """Word and Excel without macros: by the main part that the package's own list names (ISO/IEC 29500-2)."""
    try:
        with zipfile.ZipFile(file) as package, package.open(PARTS) as listed:
            said = listed.read(MOST_PARTS)
            names = package.namelist()
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, ValueError, EOFError):
        return None
    if b"macroEnabled" in said or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    for kind in (DOCX, XLSX):
        if kind.content_type.encode() + b".main+xml" in said:
            return kind
    return None


def _is_text(file: BinaryIO) -> bool:
    """UTF-8 or GB 18030, and no control characters but tabs and line ends."""
    return any(_decodes(file, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            if any(unicodedata.category(mark) == "Cc" for mark in set(decoder.decode(block)) - set("\t\r\n\f")):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def kind_named(content_type: str) -> Kind | None:
    """The kind of file of this type."""
    return next((kind for kind in KINDS if kind.content_type == content_type), None)


def clean_name(given: str, kind: Kind) -> str:
    """The sender's name without folders and invisible characters, at most 120 characters, with an ending of its kind."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    shown = "".join(mark for mark in last if unicodedata.category(mark)[0] != "C").strip(" .")
    if not shown.lower().endswith(kind.endings):
        shown = (shown or "file") + kind.endings[0]
    stem, dot, ending = shown.rpartition(".")
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending


def not_kept(name: str) -> InvalidInput:
    """The refusal of a file of another kind."""
    return InvalidInput(
        "file_kind",
        Words(
            f"“{name}”不能上传：只收 PDF、PNG、JPEG、WebP、不带宏的 Word（docx）和 Excel（xlsx）以及纯文本，按内容判断。",
            f"“{name}” cannot be kept: only PDF, PNG, JPEG, WebP, Word (docx) and Excel (xlsx) without macros, and plain text, by content.",
        ),
        field="files",
    )
