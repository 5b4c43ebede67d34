"""Opens a file by what it holds, whatever its name says."""

from pathlib import Path

from zhibu_core.imports.formats.delimited import read_text
from zhibu_core.imports.formats.sheet import MAX_FILE_BYTES, Content
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.words import Words

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_file(path: Path) -> Content:
    """The sheets of a file; raises `Unreadable` where it is missing, too large, damaged or no table."""
    # Calamine and lxml are for who opens a file; whoever shows the state of imports does without.
    from zhibu_core.imports.formats.html import looks_like_html, read_html
    from zhibu_core.imports.formats.workbook import read_xls, read_xlsx

    try:
        size = path.stat().st_size
    except OSError as error:
        raise Unreadable(
            "file_missing",
            path.name,
            Words("找不到或打不开。请核对文件名和位置。", "not found or cannot be opened. Check its name and place."),
        ) from error
    if size > MAX_FILE_BYTES:
        raise Unreadable(
            "file_too_large",
            path.name,
            Words(
                f"超过 {MAX_FILE_BYTES // 2**20} MB。请拆成几个文件后分别导入。",
                f"larger than {MAX_FILE_BYTES // 2**20} MB. Split it into several files and import them one by one.",
            ),
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_COMPOUND))
            rest = b"" if head.startswith(_ZIP) or head == _COMPOUND else stream.read()
    except OSError as error:
        raise Unreadable(
            "file_missing",
            path.name,
            Words("打不开。请核对文件名、位置和读取权限。", "cannot be opened. Check its name, place and rights."),
        ) from error
    if head.startswith(_ZIP):
        return read_xlsx(path)
    if head == _COMPOUND:
        return read_xls(path)
    data = head + rest
    if not data.strip():
        raise Unreadable(
            "file_empty",
            path.name,
            Words("是空文件。请核对后重新选择。", "the file is empty. Check it and choose again."),
        )
    return read_html(path, data) if looks_like_html(data) else read_text(path, data)
