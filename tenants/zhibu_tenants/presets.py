"""Presets: the plugins, settings and words that a new tenant of a kind starts with."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

FOLDER = Path(__file__).parent / "presets"


class Preset(msgspec.Struct, frozen=True):
    """One preset file."""

    title: Words
    plugins: tuple[str, ...]
    settings: dict[str, Any]


def preset_names() -> list[str]:
    """The presets there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@lru_cache
def read_preset(name: str) -> Preset:
    """The preset of this name; raises `InvalidInput` naming those there are."""
    if name not in preset_names():
        raise InvalidInput(
            "preset_unknown",
            Words(
                f"没有预设“{name}”。可用：{'、'.join(preset_names())}。",
                f"There is no preset “{name}”. There are: {', '.join(preset_names())}.",
            ),
            field="preset",
        )
    return msgspec.convert(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")), Preset)
