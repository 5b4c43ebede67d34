"""The check of the public schema: what breaks clients is named, but for what a release has carried as deprecated."""

from pathlib import Path

from zhibu_graphql.breaking import base_of, broken, texts_at, whole

BEFORE = """type Query { a: Int, old: Int @deprecated(reason: "use a"), b(x: Int, y: Int @deprecated(reason: "no use")): Int }
enum E { P Q @deprecated(reason: "never came") }"""


def said(before: str, after: str) -> list[str]:
    return [change.description for change in broken(whole([before]), whole([after]))]


def test_only_what_was_deprecated_may_go() -> None:
    assert said(BEFORE, "type Query { a: Int, b(x: Int): Int } enum E { P }") == []
    assert sorted(said(BEFORE, "type Query { old: Int, b(x: Int!, y: Int): Int } enum E { Q }")) == [
        "Argument Query.b(x:) has changed type from Int to Int!.",
        "Enum value E.P was removed.",
        "Field Query.a was removed.",
    ]


def test_a_plugins_file_adds_to_the_others() -> None:
    parts = [
        "type Query { a: Int }",
        "extend type Query { b: B } type B { c: Int }",
        "extend type Query { d: B } type B { c: Int }",
    ]
    assert list(whole(parts).query_type.fields) == ["a", "b", "d"]  # type: ignore[union-attr]


def test_the_files_of_this_tree_are_found_in_its_history() -> None:
    folder = Path(__file__).parents[2] / "graphql" / "schema"
    before = texts_at(folder, base_of(folder))
    assert before == [] or "Organization" in whole(before).type_map
