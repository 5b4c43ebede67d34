"""Names what a change of the schema breaks for clients: `python -m zhibu_graphql.breaking [BASE]`, in `.ci/check`.

Compared are the files of graphql/schema with those of the last release, or where there is none with the last commit. A
field, argument or enum value may go once a release has carried it as deprecated: that is the only way for it to go.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    BreakingChange,
    DefinitionNode,
    DocumentNode,
    GraphQLSchema,
    TypeDefinitionNode,
    build_ast_schema,
    find_breaking_changes,
    parse,
)

from zhibu_graphql.sdl import FOLDER

REMOVED = re.compile(r"(?:Field|Argument|Enum value) (\S+) was removed\.")


def whole(texts: Iterable[str]) -> GraphQLSchema:
    """The schema of all files together; what several plugins bring along is taken once."""
    seen: dict[str, DefinitionNode] = {}
    extensions: list[DefinitionNode] = []
    for text in texts:
        for definition in parse(text).definitions:
            if isinstance(definition, TypeDefinitionNode):
                seen.setdefault(definition.name.value, definition)
            else:
                extensions.append(definition)
    return build_ast_schema(DocumentNode(definitions=(*seen.values(), *extensions)))


def broken(before: GraphQLSchema, after: GraphQLSchema) -> list[BreakingChange]:
    """The changes that break clients, without the removal of what was deprecated before."""
    return [change for change in find_breaking_changes(before, after) if not _was_deprecated(before, change)]


def _was_deprecated(before: GraphQLSchema, change: BreakingChange) -> bool:
    found = REMOVED.fullmatch(change.description)
    return found is not None and found[1] in set(_deprecated(before))


def _deprecated(schema: GraphQLSchema) -> Iterator[str]:
    """Coordinates of what carries a reason: `Type.field`, `Type.field(argument:)`, `Enum.VALUE`."""
    for kind in schema.type_map.values():
        members: Mapping[str, Any] = getattr(kind, "fields", None) or getattr(kind, "values", None) or {}
        for name, member in members.items():
            if member.deprecation_reason:
                yield f"{kind.name}.{name}"
            for key, argument in getattr(member, "args", {}).items():
                if argument.deprecation_reason:
                    yield f"{kind.name}.{name}({key}:)"


def base_of(folder: Path) -> str:
    """The last release, or the last commit."""
    return _git(folder, "describe", "--tags", "--abbrev=0") or "HEAD"


def texts_at(folder: Path, base: str) -> list[str]:
    """The files of the schema as they stood there."""
    names = (_git(folder, "ls-tree", "--name-only", base, "./") or "").split()
    return [_git(folder, "show", f"{base}:./{name}") or "" for name in names if name.endswith(".graphql")]


def _git(folder: Path, *words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def main() -> int:
    """Prints what breaks, and ends 1 where anything does."""
    base = sys.argv[1] if len(sys.argv) > 1 else base_of(FOLDER)
    before = texts_at(FOLDER, base)
    if not before:
        print(f"There is no schema at {base} to compare with.")
        return 0
    now = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.graphql"))]
    changes = broken(whole(before), whole(now))
    for change in changes:
        print(change.description)
    if changes:
        print(f"This breaks clients of {base}. Deprecate for a release what is to go; add beside what is to change.")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
