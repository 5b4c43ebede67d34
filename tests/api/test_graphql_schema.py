"""The schema itself: permissions on every field, one schema a set of plugins, SDL as checked in, plugins that do not fit."""

import types
from enum import Enum
from typing import Any, ClassVar, get_args

import pytest
import strawberry
from graphql import GraphQLObjectType, get_named_type, is_list_type, is_non_null_type

from zhibu_core.ledger.duties import DutyState as CoreDutyState
from zhibu_core.organization.kinds import KINDS
from zhibu_core.platform import Platform
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, GraphQLContribution, Manifest
from zhibu_core.words import Words
from zhibu_graphql.building import CORE, DEFINITION, PLUGIN, build
from zhibu_graphql.compiled.coverage import coverage_of
from zhibu_graphql.documents import KEPT, LONGEST_KEPT, Documents
from zhibu_graphql.fields import KEY, TYPE_ASKS, additions, field, object_type, plain
from zhibu_graphql.node import Node
from zhibu_graphql.schemas import SETS_KEPT, Schemas
from zhibu_graphql.sdl import FOLDER, REASONS, reasons, sdl_by_plugin
from zhibu_graphql.types.enums import DutyState, OrganizationKind


def fields_of(schema: Any) -> list[tuple[Any, str, Any]]:
    kinds = [
        kind
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and DEFINITION in kind.extensions
    ]
    return [(kind, name, found) for kind in kinds for name, found in kind.fields.items()]


def test_every_field_names_its_permission(platform: Platform) -> None:
    schema = build(platform.host).schema
    known = set(platform.scopes.policy(platform.host.switchable).actions)
    roots = {schema.query_type, schema.mutation_type}
    for kind, name, found in fields_of(schema):
        actions = found.extensions[KEY].actions
        asks = getattr(kind.extensions[DEFINITION].origin, TYPE_ASKS, None)
        part = kind not in roots and asks is not None and not asks.actions
        assert actions or part, f"{kind.name}.{name} names no permission"
        assert set(actions) <= known, f"{kind.name}.{name} names {set(actions) - known}, which nobody declares"


def test_every_list_is_bounded(platform: Platform) -> None:
    for kind, name, found in fields_of(build(platform.host).schema):
        bare = found.type.of_type if is_non_null_type(found.type) else found.type
        assert not is_list_type(bare) or found.extensions[KEY].size, f"{kind.name}.{name}"
        if get_named_type(found.type).name.endswith("Connection"):
            assert str(found.args["first"].type) == "Int!", f"{kind.name}.{name}"


def test_everything_is_described(platform: Platform) -> None:
    for kind, name, found in fields_of(build(platform.host).schema):
        assert kind.description, kind.name
        assert found.description, f"{kind.name}.{name}"


def test_the_schema_is_as_checked_in(platform: Platform) -> None:
    texts = sdl_by_plugin(platform.host)
    checked_in = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.graphql")}
    assert checked_in == texts, "run python -m zhibu_graphql.sdl and look at what changed"


def test_every_field_says_what_stands_behind_it_or_why_resolvers_must_run(platform: Platform) -> None:
    found = coverage_of(build(platform.host).schema)
    assert found.silent == [], "declare what stands behind them, or say `computed=` why nothing can"
    assert (FOLDER / REASONS).read_text(encoding="utf-8") == reasons(platform.host), "run python -m zhibu_graphql.sdl"


@pytest.mark.parametrize(("own", "core"), [(OrganizationKind, tuple(KINDS)), (DutyState, get_args(CoreDutyState))])
def test_words_are_those_of_core(own: type[Enum], core: tuple[str, ...]) -> None:
    assert tuple(one.value for one in own) == core


@object_type("extra.read", description="A note.")
class Note:
    text: str = plain("Its text.")


@additions
class OnOrganization:
    @field("extra.read", description="Notes.", size=3)
    def notes(self, root: Any) -> list[Note]:
        return [Note(text=root.code)]


@additions
class Undeclared:
    @strawberry.field
    def plain_one(self) -> str:
        return ""


@object_type("extra.read", description="Says it is an organization.")
class Pretender(Node):
    tag: ClassVar[str] = "O"
    text: str = plain("Its text.")


@additions
class WithoutPermission:
    @field(description="Anybody's.")
    def anything(self, root: Any) -> str:
        return ""


@additions
class Clashing:
    @field("extra.read", description="Another name.")
    def name(self, root: Any) -> str:
        return ""


@additions
class Unbounded:
    @field("extra.read", description="Notes.")
    def all_notes(self, root: Any) -> list[Note]:
        return []


def plugin(key: str, contribution: GraphQLContribution) -> Any:
    module = types.ModuleType(key)

    @hookimpl
    def manifest() -> Manifest:
        return Manifest(key, "1", CONTRACT, Words(key, key), Words(key, key), key)

    @hookimpl
    def graphql() -> GraphQLContribution:
        return contribution

    module.manifest, module.graphql = manifest, graphql  # type: ignore[attr-defined]
    return module


def host_with(**contributions: GraphQLContribution) -> PluginHost:
    host = PluginHost()
    for key, contribution in contributions.items():
        host.add(key, plugin(key, contribution))
    return host


def test_a_set_has_only_its_plugins_fields() -> None:
    schemas = Schemas(host_with(extra=GraphQLContribution(fields={"Organization": OnOrganization})))
    on, off = schemas.of(frozenset({"extra"})), schemas.of(frozenset())
    assert "notes" in on.get_type("Organization").fields  # type: ignore[union-attr]
    assert on.get_type("Note") is not None
    assert "notes" not in off.get_type("Organization").fields  # type: ignore[union-attr]
    assert off.get_type("Note") is None
    connection = on.get_type("OrganizationEdge")
    assert connection.fields["node"].type.of_type is on.get_type("Organization")  # type: ignore[union-attr]
    assert schemas.of(frozenset({"extra"})) is on


def test_sets_are_kept_up_to_a_bound() -> None:
    schemas = Schemas(host_with())
    for n in range(SETS_KEPT + 5):
        schemas.of(frozenset({f"p{n}"}))
    assert len(schemas._kept) == SETS_KEPT


@pytest.mark.parametrize(
    ("contribution", "reason"),
    [
        (GraphQLContribution(fields={"Organization": Undeclared}), "not declared"),
        (GraphQLContribution(fields={"Organization": WithoutPermission}), "names no permission"),
        (GraphQLContribution(mutation=WithoutPermission), "names no permission"),
        (GraphQLContribution(fields={"Organization": Clashing}), "already has name"),
        (GraphQLContribution(fields={"Organization": Unbounded}), "list without"),
        (GraphQLContribution(fields={"Nowhere": OnOrganization}), "no type Nowhere"),
        (GraphQLContribution(types=[Pretender]), "have the tag O"),
        (GraphQLContribution(query=Note.__class__), "not a Strawberry type"),
    ],
)
def test_a_plugin_that_does_not_fit_is_left_out_alone(contribution: GraphQLContribution, reason: str) -> None:
    full = build(host_with(good=GraphQLContribution(fields={"Organization": OnOrganization}), wrong=contribution))
    assert reason in full.refused["wrong"]
    fields = full.schema.get_type("Organization").fields  # type: ignore[union-attr]
    assert fields["notes"].extensions[PLUGIN] == "good"
    assert fields["name"].extensions[PLUGIN] == CORE


def test_documents_are_kept_by_set_and_text_up_to_a_bound() -> None:
    schema, documents = Schemas(host_with()).of(frozenset()), Documents()
    first = documents.read(frozenset(), schema, "{ viewer { name } }")
    assert documents.read(frozenset(), schema, "{ viewer { name } }") is first
    assert documents.read(frozenset({"other"}), schema, "{ viewer { name } }") is not first
    for n in range(KEPT):
        documents.read(frozenset(), schema, f"{{ a{n}: viewer {{ name }} }}")
    assert len(documents) == KEPT
    documents.read(frozenset(), schema, "{ viewer { name } }" + " " * LONGEST_KEPT)
    assert len(documents) == KEPT
    assert documents.read(frozenset(), schema, "{ viewer { name } }") is not first
