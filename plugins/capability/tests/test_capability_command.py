"""`zhibu score`, as it is typed: one JSON object a branch, and a plain refusal where the plugin is off."""

import json
import os
import subprocess
import sys

from sqlalchemy import update

from zhibu_core.platform import Platform
from zhibu_core.plugins.models import PluginEnablement
from zhibu_testing import factories
from zhibu_testing.fixtures import Parties, TestDatabase

KEYS = ["code", "branch", "type", "n", "A_num", "A_den", "A", "B", "B_strict", "c", "C", "veto", "open", "strict"]


def score(database: TestDatabase, *arguments: str) -> "subprocess.CompletedProcess[str]":
    address = database.server.admin_for(database.name)
    command = [sys.executable, "-m", "zhibu_core", "score", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"ZHIBU_DATABASE_URL": address}
    )


async def test_it_prints_every_branch_in_the_order_of_the_tree(
    platform: Platform, test_database: TestDatabase, parties: Parties
) -> None:
    slug = parties.home.slug
    async with platform.database.session(parties.home.id) as session:
        root = await factories.organization(session, "000", kind="committee")
        for code in ("B2", "B1"):
            branch = await factories.organization(session, code, parent=root)
            await factories.member(session, "张三", branch)
    done = score(test_database, "--tenant", slug, "--period", "2026Q2", "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["code"] for line in lines] == ["B1", "B2"]
    assert list(lines[0])[: len(KEYS)] == KEYS
    short = score(test_database, "--tenant", slug, "--period", "2026Q2", "--org", "B2")
    assert [row.split("\t")[0] for row in short.stdout.splitlines()] == ["代码", "B2"]
    async with platform.database.session(parties.home.id) as session:
        off = update(PluginEnablement).where(PluginEnablement.plugin == "capability").values(is_on=False)
        await session.execute(off)
    refused = score(test_database, "--tenant", slug, "--period", "2026Q2", "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "没有启用组织力插件" in refused.stderr
