"""`zhibu token`: an access token of the running demo, for trying the API."""

import click

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.identity.permissions import ROLES
from zhibu_core.settings import read_settings
from zhibu_devissuer.marker import not_running, read_marker


@click.command()
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
@click.option("--as", "role", required=True, type=click.Choice(list(ROLES)), help="Whom the token is for.")
@click.option("--org", help="Code of the branch, for secretary and member.")
def token(slug: str, role: str, org: str | None) -> None:
    """Print a token, valid one hour, for a role of a tenant of the running demo.

    Exit codes: 0 printed; 1 the demo is not running; 2 no such tenant, branch or person; 64 wrong usage.
    """
    import httpx  # takes longer to import than the list of commands takes to print

    marker = read_marker(read_settings().data)
    asked = {"tenant": slug, "as": role, "org": org}
    try:
        answer = httpx.post(
            f"{marker.origin}/issuer/demo-token",
            json=asked,
            headers={"Authorization": f"Bearer {marker.secret}"},
            timeout=30,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise not_running() from error
    if answer.status_code in (403, 404) and "application/problem+json" not in answer.headers.get("content-type", ""):
        raise not_running()
    if answer.status_code != 200:
        problem = answer.json()
        kind = NotFound if answer.status_code == 404 else InvalidInput
        raise kind(problem.get("code", "token"), problem.get("title", answer.text), field=problem.get("field"))
    click.echo(answer.json()["access_token"])
