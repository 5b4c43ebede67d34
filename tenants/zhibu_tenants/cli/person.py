"""`zhibu person export|erase`: everything kept about one person, and its erasure as far as rules allow."""

import sys

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform

PERSON = click.option("--person", required=True, help="Staff or student number, id, or a name that only one has.")
TENANT = click.option("--tenant", "slug", required=True, help="The tenant's slug.")


@click.group()
def person() -> None:
    """One person's data: what is kept, and erasing what may go."""


@person.command("export")
@TENANT
@PERSON
def export(slug: str, person: str) -> None:
    """Print everything that the tenant keeps about the person, as JSON; sensitive values in plain text.

    Exit codes: 0 printed; 2 no such tenant or person, or several; 64 wrong usage.
    """
    from zhibu_core.identity.persons import find_person
    from zhibu_tenants.life.person_export import as_json, export_person

    async def work() -> bytes:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            found = await find_person(session, person)
            return as_json(await export_person(running, session, scope, found))

    sys.stdout.buffer.write(run(work()) + b"\n")


@person.command("erase")
@TENANT
@PERSON
@click.option("--yes", is_flag=True, help="Do not ask for the name to be typed.")
def erase(slug: str, person: str, yes: bool) -> None:
    """Erase the person's data as far as rules allow, and say what is kept and why.

    Exit codes: 0 erased; 1 not confirmed; 2 no such person, or a current member; 64 wrong usage.
    """
    from zhibu_core.identity.persons import find_person
    from zhibu_tenants.life.person_erasure import ErasedPerson, erase_person

    async def work() -> ErasedPerson:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            found = await find_person(session, person)
            if not yes and click.prompt(f"Type {found.name} to erase", err=True) != found.name:
                raise click.ClickException("not confirmed; nothing was erased")
            return await erase_person(running, session, scope, found)

    done = run(work())
    click.echo("已删除，不再有可识别本人的信息。" if done.whole else "已删除联系方式和可选信息；党员档案依规保留。")
    for one in done.kept:
        click.echo(f"保留\t{one.what.zh}\t{one.number}\t{one.why.zh}")
