"""The form of a tenant's archive: a zip with a signed manifest, one JSON-lines file a table, and files (docs/reference/archive.md)."""

import datetime as dt
import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Date, DateTime, LargeBinary, Table, Uuid

from zhibu_core.crypto.fields import FieldCipher, Sealed
from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words
from zhibu_tenants.life.tables import kept_columns

FORMAT = "zhibu-tenant/1"
MANIFEST, SIGNATURE, READ_ME = "manifest.json", "manifest.sig", "README.txt"

EXPLAINED = """This archive holds everything that a tenant of Zhibu keeps.

manifest.json   names each file with its SHA-256 and its number of rows; manifest.sig is its Ed25519 signature (base64)
tables/         one file a table, one JSON object a line, ordered by id; instants in UTC, dates as YYYY-MM-DD, bytes in base64
files/          contents of uploaded files, each named by its SHA-256; tables/file.jsonl says what they are called

Sensitive values (citizen ids, phones, addresses) stand in it as plain text, so that it can be read without Zhibu: keep it
as you keep the paper files. zhibu-verify FILE checks it. zhibu tenant import FILE --as SLUG takes it into an installation.
"""


class TableEntry(msgspec.Struct, frozen=True):
    """A table's file in the archive."""

    name: str
    file: str
    rows: int
    sha256: str


class FileEntry(msgspec.Struct, frozen=True):
    """A content in the archive, as it was uploaded; rows of the table `file` name it by `sha256`."""

    file: str
    size: int
    sha256: str


class ManifestOfArchive(msgspec.Struct, frozen=True):
    """What the archive holds; `audit_head` is the hash of the newest seal, `public_key` the signer's, in base64."""

    format: str
    slug: str
    name: str
    preset: str
    today: dt.date | None
    tenant: uuid.UUID
    made_at: dt.datetime
    versions: dict[str, str]
    tables: list[TableEntry]
    files: list[FileEntry]
    audit_head: str | None
    public_key: str


_ENCODER = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces."""
    return _ENCODER.encode(value)


class Rows:
    """Turns a table's rows into lines and back; sealed values are opened on the way out and sealed on the way in."""

    def __init__(self, table: Table, cipher: Callable[[str], FieldCipher]) -> None:
        self.table = table
        self.columns = kept_columns(table)
        self._ciphers = {
            name: cipher(f"{table.name}.{name}") for name in self.columns if isinstance(table.c[name].type, Sealed)
        }
        self._readers = {name: read for name in self.columns if (read := _reader(table.c[name].type))}

    def line(self, row: Any) -> bytes:
        """One row (a mapping by column) as canonical JSON and a line end."""
        said = {name: row[name] for name in self.columns}
        for name, cipher in self._ciphers.items():
            if said[name] is not None:
                said[name] = cipher.open(said[name], row["id"]).decode()
        return encode(said) + b"\n"

    def row(self, line: bytes, number: int) -> dict[str, Any]:
        """The row that a line says; raises `InvalidInput` naming table and line where it is not one."""
        try:
            said: dict[str, Any] = msgspec.json.decode(line)
            row = {name: said[name] for name in self.columns}
            for name, read in self._readers.items():
                if row[name] is not None:
                    row[name] = read(row[name])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise bad_archive(
                f"表 {self.table.name} 第 {number} 行不能读取：{error}",
                f"line {number} of table {self.table.name} cannot be read: {error}",
            ) from None
        for name, cipher in self._ciphers.items():
            if row[name] is not None:
                row[name] = cipher.seal(row[name].encode(), row["id"])
        return row


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, Uuid):
        return uuid.UUID
    if isinstance(kind, DateTime):
        return dt.datetime.fromisoformat
    if isinstance(kind, Date):
        return dt.date.fromisoformat
    if isinstance(kind, LargeBinary) and not isinstance(kind, Sealed):
        return lambda text: msgspec.convert(text, bytes)
    return None


def base64_of(content: bytes) -> str:
    """Bytes as text."""
    return b64encode(content).decode()


def bad_archive(zh: str, en: str) -> InvalidInput:
    """The error of an archive that cannot be taken in."""
    return InvalidInput(
        "archive",
        Words(
            f"归档文件有问题：{zh}。什么都没有写入。请重新导出或用 zhibu-verify 核对。",
            f"The archive is faulty: {en}. Nothing was written. Export it again, or check it with zhibu-verify.",
        ),
        field="FILE",
    )
