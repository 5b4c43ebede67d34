"""What two versions of an agreement differ in, one line for each thing that reads otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhibu_core.spaces.terms import Terms
from zhibu_core.words import Words


@dataclass(frozen=True)
class Difference:
    """One thing: `path` names it ("ends_on", "shares.orglife.meeting.fields.title"), None stands for nothing."""

    path: str
    title: Words
    before: str | None
    after: str | None


_PLAIN = {
    "title": Words("名称", "Title"),
    "purpose": Words("目的", "Purpose"),
    "starts_on": Words("开始日期", "Start"),
    "ends_on": Words("结束日期", "End"),
    "review_on": Words("复核日期", "Review day"),
}
Line = tuple[Words, str]


def differences(before: Terms | None, after: Terms) -> list[Difference]:
    """Everything in which `after` reads otherwise than `before`, in the order of the form; all of it where there is no before."""
    old = {} if before is None else lines_of(before)
    new = lines_of(after)
    return [
        Difference(path, (new.get(path) or old[path])[0], _said(old, path), _said(new, path))
        for path in dict.fromkeys([*new, *old])
        if _said(old, path) != _said(new, path)
    ]


def lines_of(terms: Terms) -> dict[str, Line]:
    """The words as lines: path → (title, text)."""
    found: dict[str, Line] = {}
    for name, title in _PLAIN.items():
        value = getattr(terms, name)
        if value is not None:
            found[name] = (title, str(value))
    for party in terms.parties:
        key = f"parties.{party.slug}.{party.code or party.name}"
        found[key] = (Words("参加方", "Party"), f"{party.tenant_name} {party.name or party.code}")
    for contact in terms.contacts:
        words = " ".join(one for one in (contact.name, contact.post, contact.reach) if one)
        found[f"contacts.{contact.slug}.{contact.name}"] = (Words("联系人", "Contact"), words)
    for share in terms.shares:
        found[f"shares.{share.kind}.by"] = (_below(share.title, "由谁提供", "given by"), ", ".join(share.by) or "*")
        for field in share.fields:
            text = "; ".join(one for one in (field.reason, field.basis, f"{field.days} d" if field.days else "") if one)
            title = _below(share.title, field.title.zh, field.title.en)
            found[f"shares.{share.kind}.fields.{field.key}"] = (title, text)
    return found


def _below(title: Words, zh: str, en: str) -> Words:
    return Words(f"{title.zh}：{zh}", f"{title.en}: {en}")


def _said(lines: Mapping[str, Line], path: str) -> str | None:
    return lines[path][1] if path in lines else None
