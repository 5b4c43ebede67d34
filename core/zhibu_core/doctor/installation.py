"""Examines an installation part by part: Python, folders, keys, database, schema, isolation, plugins, disk."""

import datetime as dt
import os
import shutil
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

from zhibu_core.audit.nightly import faults_of_checks
from zhibu_core.boot import audit_of, pending_of
from zhibu_core.database.access import Server
from zhibu_core.database.canary import isolation_canary
from zhibu_core.database.opening import database_for
from zhibu_core.doctor.limits import limits_ignored
from zhibu_core.errors import ZhibuError
from zhibu_core.identity.issuers import check_issuer_address
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.session import Database

LEAST_FREE = 512 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One check: what was seen, and where it is not well, what to do."""

    check: str
    ok: bool
    what: str
    mend: str | None = None

    def as_data(self) -> dict[str, object]:
        """The finding for a program."""
        return {"check": self.check, "ok": self.ok, "what": self.what, "mend": self.mend}


async def examine(settings: Settings) -> list[Finding]:
    """All checks; a part that cannot be reached is a finding, not an error."""
    findings = [_python(), *_folders(settings), _issuer(settings), *_plugins()]
    try:
        async with database_for(settings) as server:
            findings += [finding async for finding in _database(settings, server)]
    except ZhibuError as error:
        findings.append(
            Finding("database", False, error.message.en, "Read the log in ZHIBU_DATA, then run zhibu migrate.")
        )
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", sys.version_info >= (3, 11), f"Python {version}", None)


def _folders(settings: Settings) -> list[Finding]:
    if not settings.data.exists():
        return [Finding("data", True, f"{settings.data.name}: not made yet; the first command makes it")]
    free = shutil.disk_usage(settings.data).free
    found = [
        Finding("data", os.access(settings.data, os.W_OK), f"{settings.data.name}: writable", None),
        Finding(
            "disk", free > LEAST_FREE, f"{free // 2**20} MiB free", None if free > LEAST_FREE else "Free some disk."
        ),
    ]
    if settings.keys.exists():
        closed = not stat.S_IMODE(settings.keys.stat().st_mode) & 0o077
        mend = None if closed else "chmod 700 the folder keys/ in ZHIBU_DATA."
        found.append(
            Finding(
                "keys", closed, "key files are for their owner only" if closed else "others may read the keys", mend
            )
        )
    return found


def _issuer(settings: Settings) -> Finding:
    if not settings.issuer:
        return Finding("issuer", True, "no ZHIBU_ISSUER: sign-in works in the demo only")
    try:
        check_issuer_address(settings.issuer, demo=False)
    except ZhibuError as error:
        return Finding("issuer", False, error.message.en, "Set ZHIBU_ISSUER to an https address.")
    return Finding("issuer", True, settings.issuer)


def _plugins() -> list[Finding]:
    host = PluginHost.discover()
    host.prepare()
    bad = [
        Finding(f"plugin {key}", False, reason, f"Mend or uninstall it; zhibu plugin check {key} tells more.")
        for key, reason in sorted(host.unavailable.items())
    ]
    return [Finding("plugins", True, ", ".join(sorted(host.switchable)) or "none installed"), *bad]


async def _database(settings: Settings, server: Server) -> AsyncIterator[Finding]:
    host = PluginHost.discover()
    behind = await pending_of(server, host)
    yield Finding(
        "migrations",
        not behind,
        f"behind: {', '.join(behind)}" if behind else "at head",
        "zhibu migrate" if behind else None,
    )
    if behind:
        return
    faults = await audit_of(server)
    yield Finding("catalog", not faults, "; ".join(faults) or "every table follows the template", None)
    platform = Platform(settings, host, Database(server.dsn_for(), pool_size=2))
    try:
        faults = await isolation_canary(platform)
        yield Finding("isolation", not faults, "; ".join(faults) or "no tenant sees another", None)
        ignored = await limits_ignored(platform.database)
        what = f"ignored: {', '.join(ignored)}" if ignored else "a page's statement may take 5 s, a report's 60 s"
        mend = "Let the connection pooler pass the startup parameters of app_rt on." if ignored else None
        yield Finding("limits", not ignored, what, mend)
        faults = await faults_of_checks(platform, dt.datetime.now(dt.UTC))
        mend = "zhibu audit verify --tenant SLUG looks anew; zhibu worker must run." if faults else None
        yield Finding("audit", not faults, "; ".join(faults) or "no check found anything wrong", mend)
    finally:
        await platform.close()
