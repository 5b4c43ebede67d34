"""Catalogues are merged into one per page, so no two packages may say the same words differently."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    [*ROOT.glob("*/zhibu_*/locale/*/LC_MESSAGES/*.po"), *ROOT.glob("plugins/*/zhibu_*/locale/*/LC_MESSAGES/*.po")]
)

Key = tuple[str, str | None, str]
"""Locale, context, msgid (the singular)."""


def translations(source: Path) -> Iterator[tuple[Key, str]]:
    locale = source.parents[1].name
    for message in pofile.read_po(source.open("rb"), locale=locale):
        if message.id:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            said = message.string if isinstance(message.string, str) else " | ".join(message.string)
            yield (locale, message.context, singular), said


def test_no_two_packages_translate_the_same_words_differently() -> None:
    said: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source in SOURCES:
        for key, words in translations(source):
            said[key][words].append(source.parents[3].name)
    differing = {key: dict(words) for key, words in said.items() if len(words) > 1}
    assert differing == {}, "give one of them a context (pgettext), or the same translation"


def test_every_message_is_translated() -> None:
    assert [
        (source.name, key) for source in SOURCES for key, said in translations(source) if not said.strip(" |")
    ] == []


def test_there_are_catalogues() -> None:
    assert len(SOURCES) >= 7
