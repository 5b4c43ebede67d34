"""The commands as one types them: their exit codes, and standard output that holds data only."""

import json
from pathlib import Path

import pytest

from zhibu_testing.commanding import started, typed
from zhibu_testing.fixtures import TestDatabase


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 64, "No such command"),
        (["tenant", "create"], 64, "Missing"),
        (["tenant", "create", "Bad Slug", "--name", "x", "--preset", "university"], 2, "slug"),
        (["duties", "--tenant", "nobody-here", "--period", "2026"], 2, "nobody-here"),
        (["duties", "--tenant", "nobody-here", "--period", "26"], 2, "period"),
        (["import", "--tenant", "nobody-here", "no-such-file.xlsx"], 2, "nobody-here"),
        (["token", "--tenant", "demo-university", "--as", "secretary"], 1, "the demo is not running"),
    ],
)
def test_mistakes_have_a_code_and_a_sentence(
    test_database: TestDatabase, arguments: list[str], code: int, said: str
) -> None:
    done = typed(test_database, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_tenant_from_opening_to_its_list(test_database: TestDatabase, tmp_path: Path) -> None:
    slug = f"cmd-{tmp_path.name[-12:].lower().replace('_', '-')}"
    made = typed(
        test_database, "tenant", "create", slug, "--name", "命令大学", "--preset", "university", "--admin", "管理员"
    )
    assert made.returncode == 0, made.stderr
    listed = [json.loads(line) for line in typed(test_database, "tenant", "list", "--json").stdout.splitlines()]
    assert [line["name"] for line in listed if line["slug"] == slug] == ["命令大学"]
    again = typed(test_database, "tenant", "create", slug, "--name", "命令大学", "--preset", "university")
    assert again.returncode == 2
    roles = typed(test_database, "role", "list", "--tenant", slug, "--json")
    assert [json.loads(line)["role"] for line in roles.stdout.splitlines()] == ["admin"]


def test_dsn_is_one_line_and_nothing_else(test_database: TestDatabase) -> None:
    done = started(test_database, "dsn", "--role", "app_owner")
    assert done.returncode == 0
    assert done.stdout.startswith("postgresql://app_owner@")
    assert done.stdout.count("\n") == 1


def test_a_database_that_is_not_ours_is_not_stopped(
    test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))
    done = typed(test_database, "db", "stop")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "zhibu: 数据库由 ZHIBU_DATABASE_URL 指定，不归 Zhibu 停止。要停止内置数据库，请先去掉这个变量。 (ZHIBU_DATABASE_URL)\n"
    )


def test_the_audit_by_hand(test_database: TestDatabase, tmp_path: Path) -> None:
    slug = f"aud-{tmp_path.name[-12:].lower().replace('_', '-')}"
    typed(test_database, "tenant", "create", slug, "--name", "审计大学", "--preset", "university", "--admin", "管理员")
    assert typed(test_database, "audit", "seal", "--tenant", slug).stdout == f"{slug}\t1\n"
    whole = typed(test_database, "audit", "verify", "--tenant", slug, "--json")
    assert whole.returncode == 0, whole.stderr
    assert (json.loads(whole.stdout)["ok"], json.loads(whole.stdout)["seals"]) == (True, 1)
    head, anchors = json.loads(whole.stdout)["head"], (test_database.settings.data / "anchors").glob("*.jsonl")
    (anchor,) = (path for path in anchors if head in path.read_text())
    anchor.write_text(anchor.read_text().replace('"hash":"', '"hash":"0'))
    said = typed(test_database, "audit", "verify", "--tenant", slug)
    assert (said.returncode, said.stdout) == (1, "第1号封存与库外存证不同：这条链被重做过。\n")
    assert typed(test_database, "audit", "key").stdout.startswith("-----BEGIN PUBLIC KEY-----")
    assert typed(test_database, "audit", "seal").returncode == 64
    assert typed(test_database, "audit", "verify", "--tenant", "nobody-here").returncode == 2
