"""The schema as text, one file a plugin, so that a change to the public API shows in review: `python -m zhibu_graphql.sdl`.

Beside them stands which fields run through resolvers and why, so that a field which could be compiled shows as well.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    print_schema,
    print_type,
    specified_scalar_types,
)

from zhibu_core.plugins.host import PluginHost
from zhibu_graphql.building import CORE, PLUGIN, build
from zhibu_graphql.compiled.coverage import coverage_of
from zhibu_graphql.schemas import without_others

FOLDER = Path(__file__).resolve().parents[1] / "schema"
REASONS = "resolvers.txt"
HEAD = "# Written by `python -m zhibu_graphql.sdl`; a test compares it.\n\n"


def sdl_by_plugin(host: PluginHost) -> dict[str, str]:
    """The text of core's schema, and of what each plugin adds to it."""
    full = build(host)
    core = without_others(full, frozenset({CORE}))
    texts = {CORE: HEAD + print_schema(core) + "\n"}
    owners = {
        field.extensions.get(PLUGIN, CORE)
        for kind in full.schema.type_map.values()
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
        for field in kind.fields.values()
    }
    for plugin in sorted(owners - {CORE}):
        texts[plugin] = HEAD + _added(core, without_others(full, frozenset({CORE, plugin})))
    return texts


def reasons(host: PluginHost) -> str:
    """The fields that run through resolvers, with all below them, each with its reason; all others are compiled."""
    return HEAD + "\n".join(coverage_of(build(host).schema).lines) + "\n"


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Writes the files that changed, and removes those of plugins that are gone; returns both."""
    changed = []
    for path in folder.glob("*.graphql"):
        if path.stem not in texts:
            path.unlink()
            changed.append(path)
    for plugin, text in texts.items():
        path = folder / f"{plugin}.graphql"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _added(core: GraphQLSchema, more: GraphQLSchema) -> str:
    """The types that only the larger schema has, and the fields that it adds to the others."""
    parts = []
    for name, kind in more.type_map.items():
        if name.startswith("__") or kind in specified_scalar_types.values():
            continue
        known = core.get_type(name)
        if known is None:
            parts.append(print_type(kind))
        elif isinstance(kind, GraphQLObjectType) and isinstance(known, GraphQLObjectType):
            new = {key: field for key, field in kind.fields.items() if key not in known.fields}
            parts += [_extension(kind.name, new)] if new else []
    return "\n\n".join(parts) + "\n"


def _extension(name: str, fields: Mapping[str, GraphQLField]) -> str:
    return "extend " + print_type(GraphQLObjectType(name, dict(fields)))


def main() -> None:
    """Writes the files beside the package, or into the folder given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    host = PluginHost.discover()
    host.check_parts()
    for path in write(folder, sdl_by_plugin(host)):
        print(path)
    (folder / REASONS).write_text(reasons(host), encoding="utf-8")


if __name__ == "__main__":
    main()
