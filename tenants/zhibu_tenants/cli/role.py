"""`zhibu role grant|revoke|list|define|end|own`: who may do what at which node, until when, and the tenant's own roles."""

import datetime as dt
import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.words import Words
from zhibu_tenants.powers.own_roles import define_role, end_role, own_roles
from zhibu_tenants.roles import GrantLine, Wanted, grant_role, grants_in_force, revoke_role

PERSON = click.option("--person", required=True, help="Staff or student number, id, or a name that only one has.")
ROLE = click.option("--role", "role_key", required=True, help="A role of the platform or of the tenant's own.")
NODE = click.option("--node", help="Code of the organization; without it, the whole tenant.")
DAY = click.DateTime(["%Y-%m-%d"])
TENANT = click.option("--tenant", "slug", required=True)


@click.group()
def role() -> None:
    """Roles of persons at nodes of the tree. Exit codes: 0 done; 2 refused; 64 wrong usage."""


@role.command()
@TENANT
@PERSON
@ROLE
@NODE
@click.option("--since", type=DAY, help="The first day; today without it.")
@click.option("--until", type=DAY, help="The last day it holds.")
@click.option("--on-behalf-of", "lender", help="Who holds the role and lends it (as for --person); needs --until.")
def grant(
    slug: str,
    person: str,
    role_key: str,
    node: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    lender: str | None,
) -> None:
    """Grant a role at a node and below it; granted again, its end is moved."""
    wanted = Wanted(person, role_key, node, until and until.date(), since and since.date(), lender)

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await grant_role(session, scope, wanted)

    run(work())
    click.echo(f"{person}\t{role_key}\t{node or '*'}")


@role.command()
@TENANT
@PERSON
@ROLE
@NODE
def revoke(slug: str, person: str, role_key: str, node: str | None) -> None:
    """Take a role away at once."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await revoke_role(session, scope, person, role_key, node)

    run(work())
    click.echo(f"{person}\t{role_key}\t{node or '*'}\trevoked")


@role.command("list")
@TENANT
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_roles(slug: str, as_json: bool) -> None:
    """List the grants in force."""

    async def work() -> list[GrantLine]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await grants_in_force(session, scope.today)

    for line in run(work()):
        until = line.until.isoformat() if line.until else None
        found = {"person": line.person, "number": line.number, "role": line.role, "node": line.node, "until": until}
        click.echo(
            json.dumps(found, ensure_ascii=False) if as_json else "\t".join(str(v or "-") for v in found.values())
        )


@role.command()
@TENANT
@click.option("--key", required=True, help="Small letters, digits and hyphens.")
@click.option("--name", required=True, help="What it is called.")
@click.option("--english", help="What it is called in English; the same as --name without it.")
@click.option("--action", "actions", required=True, multiple=True, help="One permission; repeat it for more.")
def define(slug: str, key: str, name: str, english: str | None, actions: tuple[str, ...]) -> None:
    """Make a role of the tenant's own out of permissions, or change the one of this key."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await define_role(session, running.scopes, scope, key, Words(name, english or name), actions)

    run(work())
    click.echo(f"{key}\t{','.join(actions)}")


@role.command("end")
@TENANT
@click.option("--key", required=True, help="The role's key.")
def end_own(slug: str, key: str) -> None:
    """End a role of the tenant's own: whoever holds it holds nothing by it."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await end_role(session, scope, key)

    run(work())
    click.echo(f"{key}\tended")


@role.command("own")
@TENANT
def list_own(slug: str) -> None:
    """List the tenant's own roles with their permissions."""

    async def work() -> list[tuple[str, str, list[str]]]:
        async with platform() as running, in_tenant(running, slug) as (session, _scope):
            return [(found.key, found.name_zh, found.actions) for found in await own_roles(session)]

    for key, name, actions in run(work()):
        click.echo(f"{key}\t{name}\t{','.join(actions)}")
