"""What a production installs: `members`, `lock` (their part of requirements.lock) and `wheels FOLDER`, for Containerfile."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
NOT_FOR_PRODUCTION = frozenset({"devissuer", "demo", "tests", "plugins/example"})
"""The issuer that signs anybody in, the demo tenants, the test kit, and the tutorial's plugin."""


def members() -> list[str]:
    """The folders of the distributions that a production installs."""
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]["workspace"]
    return [member for member in workspace["members"] if member not in NOT_FOR_PRODUCTION]


def names() -> set[str]:
    """The names of these distributions."""
    read = (tomllib.loads((ROOT / member / "pyproject.toml").read_text(encoding="utf-8")) for member in members())
    return {found["project"]["name"] for found in read}


def lock() -> str:
    """The entries of requirements.lock that these distributions need, with their hashes."""
    entries = {entry.split("==")[0].split("[")[0]: entry for entry in _entries()}
    wanted, found = names(), set[str]()
    while more := {name for name, entry in entries.items() if name not in found and wanted & _asked_by(entry)}:
        found |= more
        wanted |= more
    return "".join(entry for name, entry in entries.items() if name in found)


def _entries() -> Iterator[str]:
    """One requirement each, with its hashes and the comment that says who asked for it."""
    text = re.sub(r"\A(#.*\n)*", "", LOCK.read_text(encoding="utf-8"))
    yield from filter(None, re.split(r"(?m)^(?=[A-Za-z0-9])", text))


def _asked_by(entry: str) -> set[str]:
    comments = re.findall(r"(?m)^ +# +(?:via +)?([A-Za-z0-9._-]+)(?: .*)?$", entry)
    return set(comments) - {"via"}


def wheels(folder: Path) -> list[Path]:
    """Builds the wheels of these distributions; pages and translations must have been prepared (`.ci/install`)."""
    from hatchling.builders.wheel import WheelBuilder  # of the group "build", not of a production

    built = (
        next(WheelBuilder(str(ROOT / one)).build(directory=str(folder), versions=["standard"])) for one in members()
    )
    return [Path(path) for path in built]


def main(arguments: list[str]) -> None:
    """Runs one of the three commands."""
    match arguments:
        case ["members"]:
            sys.stdout.write(" ".join(members()) + "\n")
        case ["lock"]:
            sys.stdout.write(lock())
        case ["wheels", folder]:
            sys.stdout.writelines(f"{path}\n" for path in wheels(Path(folder)))
        case _:
            sys.exit(f"{__doc__}")


if __name__ == "__main__":
    main(sys.argv[1:])
