"""Copies the template of a plugin into a new folder, file names and texts alike."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from zhibu_core.errors import InvalidInput
from zhibu_core.plugins.fitness import KEY
from zhibu_core.plugins.host import GROUP, PLATFORM_GROUP, TAKEN
from zhibu_core.plugins.manifest import CONTRACT
from zhibu_core.words import Words

ENDING = ".in"
"""Every template's last suffix, so that no tool takes it for code."""

IN_NAMES = "KEY"
"""Stands for the plugin's key in the names of files and folders."""

NEXT_STEPS = "next_steps.txt"


def write_plugin(name: str, folder: Path) -> str:
    """Writes the plugin `name` (its key, such as "reading") below `folder`; returns what to do next, in Chinese.

    Raises `InvalidInput` where the name is none, is taken by something installed, or the plugin's folder exists.
    """
    _check_name(name)
    target = folder / f"zhibu-{name}"
    if target.exists():
        raise InvalidInput(
            "folder_exists",
            Words(
                f"“{target}”已存在。请换一个名称，或用 --folder 另选位置。",
                f"“{target}” exists already. Choose another name, or another place with --folder.",
            ),
            field="folder",
        )
    values = {"key": name, "title": _title(name), "contract": str(CONTRACT)}
    template = files(__package__) / "template"
    for source, path in _files(template, Path()):
        written = target / str(path).replace(IN_NAMES, name).removesuffix(ENDING)
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(_filled(source.read_text(encoding="utf-8"), values), encoding="utf-8")
    steps = (files(__package__) / NEXT_STEPS).read_text(encoding="utf-8")
    return _filled(steps, {**values, "target": str(target)}).rstrip()


def _check_name(name: str) -> None:
    if not KEY.fullmatch(name) or re.search(r"__|_$", name):
        raise InvalidInput(
            "plugin_name",
            Words(
                f"“{name}”不能作插件名。请用 2 到 31 个小写字母、数字和下划线，以字母开头，例如 reading。",
                f"“{name}” cannot name a plugin. Use 2 to 31 small letters, digits and underscores, "
                "beginning with a letter, such as reading.",
            ),
            field="name",
        )
    taken = {point.name for group in (GROUP, PLATFORM_GROUP) for point in entry_points(group=group)} | TAKEN
    if name in taken:
        raise InvalidInput(
            "plugin_exists",
            Words(
                f"已有名为“{name}”的插件。请换一个名称。",
                f"There is a plugin named “{name}” already. Choose another name.",
            ),
            field="name",
        )


def _files(folder: Traversable, at: Path) -> Iterator[tuple[Traversable, Path]]:
    for item in sorted(folder.iterdir(), key=lambda found: found.name):
        if item.is_dir():
            yield from _files(item, at / item.name)
        elif item.name.endswith(ENDING):
            yield item, at / item.name


def _filled(text: str, values: Mapping[str, str]) -> str:
    return Template(text).substitute(values)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
