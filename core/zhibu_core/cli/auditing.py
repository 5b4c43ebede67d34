"""`zhibu audit`: sealing by hand, checking the chain, and the public key that others check it by."""

import datetime as dt
import json

import click

from zhibu_core.audit import note
from zhibu_core.audit.nightly import check_tenant
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import Report
from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform, tenant_of_slug
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.scope import Tenant


@click.group()
def audit() -> None:
    """The audit's chain of seals."""


@audit.command()
@click.option("--tenant", "slug", required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(slug: str, as_json: bool) -> None:
    """Check seals, signatures, anchors and every row of a tenant; name the first that is altered, missing or out of order.

    The result is kept for the tenant's auditor. Exit codes: 0 nothing is wrong; 1 something is, and is named; 2 unknown
    tenant; 64 wrong usage.
    """

    async def work() -> Report:
        async with platform() as running:
            tenant = await tenant_of_slug(running, slug)
            return await check_tenant(running, tenant.id, dt.datetime.now(dt.UTC))

    report: Report = run(work())
    click.echo(json.dumps(as_line(slug, report), ensure_ascii=False) if as_json else words_of(report))
    if not report.is_whole:
        raise SystemExit(1)


@audit.command()
@click.option("--tenant", "slug", help="Only this tenant.")
@click.option("--all", "every", is_flag=True, help="Every tenant.")
def seal(slug: str | None, every: bool) -> None:
    """Seal what is not sealed yet and anchor it, as the worker does every minute.

    Exit codes: 0 done, also where there was nothing to seal; 1 the chain is not the one anchored outside; 2 unknown
    tenant; 64 wrong usage.
    """
    if bool(slug) == every:
        raise click.UsageError("Give either --tenant SLUG or --all.")

    async def work() -> list[tuple[Tenant, int]]:
        async with platform() as running:
            now = dt.datetime.now(dt.UTC)
            tenants = [await tenant_of_slug(running, slug)] if slug else await _all(running)
            return [(t, await seal_tenant(running, t.id, now=now, thorough=True)) for t in tenants]

    for tenant, count in run(work()):
        click.echo(f"{tenant.slug}\t{count}")


@audit.command()
@click.option("--tenant", "slug", required=True)
@click.option("--reason", required=True, help="Why seals are lost, such as the backup that was restored.")
def resume(slug: str, reason: str) -> None:
    """Let the chain go on after a restored backup: anchored seals that the backup lacks stay named as lost.

    The reason becomes a row of the audit. Exit codes: 0 done; 2 unknown tenant; 64 wrong usage.
    """

    async def work() -> int:
        async with platform() as running:
            async with in_tenant(running, slug) as (session, scope):
                await note(session, scope, "audit.resume", "audit", purpose=reason)
            return await seal_tenant(running, scope.tenant.id, now=dt.datetime.now(dt.UTC), resume=True)

    click.echo(f"{slug}\t{run(work())}")


@audit.command("key")
def public_key() -> None:
    """Print the public key (PEM, Ed25519) that seals are signed for. Exit codes: 0 printed; 64 wrong usage."""
    from zhibu_core.audit.signing import SealingKeys
    from zhibu_core.crypto.providers import signing_of
    from zhibu_core.settings import read_settings

    settings = read_settings()
    click.echo(SealingKeys(signing_of(settings.vault, settings.keys)).public_pem(), nl=False)


def as_line(slug: str, report: Report) -> dict[str, object]:
    """The keys of the JSON object."""
    return {
        "tenant": slug,
        "ok": report.is_whole,
        "seals": report.seals,
        "entries": report.entries,
        "expired": report.expired,
        "waiting": report.waiting,
        "lost": report.lost,
        "head": report.head,
        "problem": report.problem.as_line() if report.problem else None,
    }


def words_of(report: Report) -> str:
    """One sentence."""
    if report.problem:
        return report.problem.words.zh
    more = f"，{report.waiting} 条待封存" if report.waiting else ""
    gone = f"，{report.expired} 条已过保存期" if report.expired else ""
    lost = f"；另有 {report.lost} 个封存随恢复备份丢失，已登记" if report.lost else ""
    return f"审计完整：{report.seals} 个封存，{report.entries} 条记录{gone}{more}{lost}。"


async def _all(running: Platform) -> list[Tenant]:
    async with running.database.system_session() as system:
        return await all_tenants(system)
