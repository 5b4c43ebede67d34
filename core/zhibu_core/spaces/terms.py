"""The words of an agreement, as both sides hold them: parties, purpose, what crosses and why, term, contacts, review day."""

import datetime as dt
import unicodedata
import uuid
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

LONGEST_TITLE, LONGEST_PURPOSE, LONGEST_REASON = 60, 600, 200
MOST_PARTIES, MOST_SHARES, MOST_CONTACTS, MOST_FIELDS = 20, 20, 20, 50
LONGEST_DAYS = 366
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks by which a text is read in another order than it is written (UAX #9): nobody signs such words."""


class Party(msgspec.Struct, frozen=True):
    """An organization that takes part, by its tenant and its code or name there; never by an id."""

    tenant: uuid.UUID
    slug: str
    tenant_name: str
    code: str
    name: str


class Contact(msgspec.Struct, frozen=True):
    """Whom to ask at the tenant of this slug: a name, a post, and one way to reach them (the minimum, PIPL Art. 6)."""

    slug: str
    name: str
    post: str = ""
    reach: str = ""


class SharedField(msgspec.Struct, frozen=True):
    """A field that crosses, and why. A personal one says its `basis` (whose consent, or which article) and crosses for `days`.
    `files`: it has no value, but the record's files cross.
    """

    key: str
    title: Words
    reason: str
    personal: bool = False
    basis: str = ""
    days: int | None = None
    files: bool = False


class Share(msgspec.Struct, frozen=True):
    """A kind of record that crosses with these fields; `by` are the slugs that publish it, none meaning every side."""

    kind: str
    title: Words
    fields: tuple[SharedField, ...]
    by: tuple[str, ...] = ()

    def field(self, key: str) -> SharedField | None:
        """The shared field of this key."""
        return next((one for one in self.fields if one.key == key), None)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One version's words. The last day, `ends_on`, belongs to the term."""

    title: str
    purpose: str
    parties: tuple[Party, ...]
    shares: tuple[Share, ...]
    starts_on: dt.date
    ends_on: dt.date
    review_on: dt.date | None = None
    contacts: tuple[Contact, ...] = ()

    def share(self, kind: str, slug: str) -> Share | None:
        """What the tenant of this slug publishes of this kind."""
        return next((one for one in self.shares if one.kind == kind and (not one.by or slug in one.by)), None)

    @property
    def tenants(self) -> dict[uuid.UUID, str]:
        """The slugs of the tenants, by id."""
        return {one.tenant: one.slug for one in self.parties}


def as_json(terms: Terms) -> dict[str, Any]:
    """The words as they are kept and sent."""
    found: dict[str, Any] = msgspec.to_builtins(terms)
    return found


def terms_of(kept: Any) -> Terms:
    """The words that `as_json` wrote; raises `msgspec.ValidationError` for what is none."""
    return msgspec.convert(kept, Terms)


def digest_of(terms: Terms) -> str:
    """SHA-256 in hexadecimal of the words' canonical JSON: what is signed."""
    return sha256(msgspec.json.encode(msgspec.to_builtins(terms), order="deterministic")).hexdigest()


def check_terms(terms: Terms) -> None:
    """Raises `InvalidInput` naming the field whose words no agreement can have."""
    _check_words(terms)
    _check_texts(terms)
    _check_days(terms)
    if len(terms.tenants) < 2:
        raise wrong(
            "parties",
            "协议至少要有两个单位的组织。请写明对方单位和组织。",
            "An agreement needs organizations of two tenants. Name the other one.",
        )
    if len(terms.parties) > MOST_PARTIES or len(set(terms.parties)) < len(terms.parties):
        raise wrong("parties", "同一组织不能重复，且不超过 20 个。", "Name no organization twice, and at most 20.")
    if unknown := [one.slug for one in terms.contacts if one.slug not in terms.tenants.values()]:
        raise wrong(
            "contacts", f"联系人的单位“{unknown[0]}”不是协议方。", f"“{unknown[0]}” is no party of the agreement."
        )
    if len(terms.contacts) > MOST_CONTACTS:
        raise wrong("contacts", "联系人不超过 20 人。", "Name at most 20 contacts.")
    _check_shares(terms)


def wrong(name: str, zh: str, en: str) -> InvalidInput:
    """A refusal that names the field."""
    return InvalidInput(f"space_{name}", Words(zh, en), field=name)


def _check_words(terms: Terms) -> None:
    for name, text, most, zh, en in (
        ("title", terms.title, LONGEST_TITLE, "协议名称", "a name"),
        ("purpose", terms.purpose, LONGEST_PURPOSE, "共建目的", "a purpose"),
    ):
        if not 0 < len(text.strip()) <= most:
            raise wrong(
                name, f"请填写{zh}，不超过 {most} 个字。", f"Give the agreement {en} of at most {most} characters."
            )


def _check_texts(terms: Terms) -> None:
    """What is read is what is signed: nothing unseen stands in it, and nothing is too long to be read."""
    for name, value in as_json(terms).items():
        for text in _texts(value):
            if len(text) > LONGEST_PURPOSE:
                raise wrong(name, f"文字不超过 {LONGEST_PURPOSE} 个字。", f"At most {LONGEST_PURPOSE} characters.")
            if any(_is_unseen(mark) for mark in text):
                raise wrong(
                    name,
                    "文字中有看不见的控制字符，请重新输入，不要粘贴。",
                    "There are unseen control characters in it. Type it instead of pasting.",
                )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _is_unseen(mark: str) -> bool:
    return mark in TURNING or (unicodedata.category(mark) == "Cc" and mark not in "\t\r\n")


def _check_days(terms: Terms) -> None:
    if terms.ends_on < terms.starts_on:
        raise wrong(
            "ends_on",
            f"结束日期 {terms.ends_on} 早于开始日期 {terms.starts_on}。",
            f"The end, {terms.ends_on}, is before the start, {terms.starts_on}.",
        )
    if terms.review_on is not None and not terms.starts_on <= terms.review_on <= terms.ends_on:
        raise wrong(
            "review_on",
            f"复核日期要在 {terms.starts_on} 到 {terms.ends_on} 之间。",
            f"The review day must lie between {terms.starts_on} and {terms.ends_on}.",
        )


def _check_shares(terms: Terms) -> None:
    kinds = [one.kind for one in terms.shares]
    if len(kinds) > MOST_SHARES or len(set(kinds)) < len(kinds):
        raise wrong("shares", "同一种内容只写一次，且不超过 20 种。", "Name each kind once, and at most 20.")
    for share in terms.shares:
        if unknown := [slug for slug in share.by if slug not in terms.tenants.values()]:
            raise wrong("shares", f"“{unknown[0]}”不是协议方。", f"“{unknown[0]}” is no party of the agreement.")
        if not 0 < len(share.fields) <= MOST_FIELDS or len({one.key for one in share.fields}) < len(share.fields):
            raise wrong(
                "shares",
                f"“{share.title.zh}”至少选一个字段，不重复。",
                f"Choose fields of “{share.title.en}”, each once.",
            )
        for field in share.fields:
            _check_field(share, field)


def _check_field(share: Share, field: SharedField) -> None:
    where_zh, where_en = f"“{share.title.zh}”的“{field.title.zh}”", f"“{field.title.en}” of “{share.title.en}”"
    if not 0 < len(field.reason.strip()) <= LONGEST_REASON:
        raise wrong(
            "shares",
            f"请写明为什么要共享{where_zh}，不超过 200 个字。",
            f"Say why {where_en} crosses, in at most 200 characters.",
        )
    if not field.personal:
        return
    if not 0 < len(field.basis.strip()) <= LONGEST_REASON:
        raise wrong(
            "shares",
            f"{where_zh}是个人信息，请写明本人同意或法律依据。",
            f"{where_en} is personal: name the consent or the legal basis.",
        )
    if field.days is None or not 1 <= field.days <= LONGEST_DAYS:
        raise wrong(
            "shares",
            f"{where_zh}是个人信息，请写明保存 1 到 {LONGEST_DAYS} 天。",
            f"{where_en} is personal: say for how many days, 1 to {LONGEST_DAYS}.",
        )
