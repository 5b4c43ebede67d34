"""`zhibu role grant|revoke|list`: who may do what at which node, until when."""

import datetime as dt
import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.identity.permissions import ROLES
from zhibu_tenants.roles import GrantLine, grant_role, grants_in_force, revoke_role

PERSON = click.option("--person", required=True, help="Staff or student number, id, or a name that only one has.")
ROLE = click.option("--role", "role_key", required=True, type=click.Choice(list(ROLES)))
NODE = click.option("--node", help="Code of the organization; without it, the whole tenant.")
TENANT = click.option("--tenant", "slug", required=True)


@click.group()
def role() -> None:
    """Roles of persons at nodes of the tree. Exit codes: 0 done; 2 refused; 64 wrong usage."""


@role.command()
@TENANT
@PERSON
@ROLE
@NODE
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day it holds.")
def grant(slug: str, person: str, role_key: str, node: str | None, until: dt.datetime | None) -> None:
    """Grant a role at a node and below it."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await grant_role(session, scope, person, role_key, node, until.date() if until else None)

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
