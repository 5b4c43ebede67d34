"""A short text in both languages of the product, for data that is declared in code or TOML."""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The same text in Chinese and English."""

    zh: str
    en: str

    def of(self, locale: str) -> str:
        """The text in this locale; Chinese is the product's own language."""
        return self.en if locale.startswith("en") else self.zh
