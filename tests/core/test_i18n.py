"""Words come in the reader's language, from every package that has them."""

import sys
from pathlib import Path

import pytest

from zhibu_core.errors import NotFound
from zhibu_core.glossary import glossary, term
from zhibu_core.i18n import _L, locale_of, translator

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "Lesson"
msgstr "一课"

msgctxt "door"
msgid "Lesson"
msgstr "课程"

msgid "%(num)s lesson"
msgid_plural "%(num)s lessons"
msgstr[0] "%(num)s课"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "sample_words" / "locale" / "zh_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "sample_words" / "__init__.py").write_text("")
    (folder / "zhibu.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sample_words", raising=False)
    return "sample_words"


def test_a_package_brings_its_words(package: str) -> None:
    words = translator("zh_CN", (package,))
    assert words.gettext("Lesson") == "一课"
    assert words.text(_L("Lesson", "door")) == "课程"
    assert words.ngettext("%(num)s lesson", "%(num)s lessons", 2) == "%(num)s课"
    assert words.gettext("Unknown") == "Unknown"


def test_no_package_changes_the_words_of_an_earlier_one(package: str, tmp_path: Path) -> None:
    other = tmp_path / "other_words" / "locale" / "zh_CN" / "LC_MESSAGES"
    other.mkdir(parents=True)
    (tmp_path / "other_words" / "__init__.py").write_text("")
    (other / "other.po").write_text(CATALOGUE.replace("一课", "讲").replace('"door"', '"other"'), encoding="utf-8")
    words = translator("zh_CN", (package, "other_words"))
    assert (words.gettext("Lesson"), words.pgettext("other", "Lesson")) == ("一课", "课程")


def test_without_the_package_its_words_are_gone() -> None:
    assert translator("zh_CN").gettext("Lesson") == "Lesson"


def test_english_needs_no_catalogue() -> None:
    words = translator("en", ("zhibu_web",))
    assert words.ngettext("%(num)s lesson", "%(num)s lessons", 1) == "%(num)s lesson"
    assert words.tag == "en"


def test_chinese_when_in_doubt() -> None:
    assert [locale_of(text) for text in (None, "", "zh", "fr", "en", "en-GB", "EN_us")] == ["zh_CN"] * 4 + ["en"] * 3


def test_the_glossary_is_whole_in_both_languages() -> None:
    assert term("branch", "zh_CN") == "党支部"
    assert term("theme_day", "en") == "theme day"
    for entry in glossary().values():
        assert all((entry.zh, entry.en, entry.zh_meaning, entry.en_meaning))
        assert entry.zh_meaning.endswith("。")
    with pytest.raises(NotFound):
        term("leaderboard", "en")
