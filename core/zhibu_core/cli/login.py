"""`zhibu login` and `zhibu whoami`: the command line signs in by the device grant (RFC 8628), in a browser anywhere."""

import time
from typing import Any

import click

from zhibu_core.cli.token_file import Kept, keep, kept, token_file
from zhibu_core.errors import Unauthenticated, Unavailable
from zhibu_core.words import Words

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER = 5.0
EARLY = 20.0
"""Seconds before its end at which a token is renewed."""


@click.command()
@click.option("--server", required=True, help="The platform's address, such as https://dj.example.edu.cn.")
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
def login(server: str, slug: str) -> None:
    """Sign in at a server: shows an address and a code for a browser, and keeps the token in a file of your own.

    Exit codes: 0 signed in; 1 refused, too late, or the server does not answer; 64 wrong usage.
    """
    base = f"{server.rstrip('/')}/t/{slug}"
    source = _json("GET", f"{base}/sign-in/source")
    if not source.get("client_id"):
        raise Unavailable(
            "no_device_grant",
            Words("本单位的登录服务不支持命令行登录。", "This tenant's sign-in has no client for the command line."),
        )
    issuer, client = str(source["issuer"]), str(source["client_id"])
    points = _json("GET", f"{issuer}/.well-known/openid-configuration")
    started = _json(
        "POST", points["device_authorization_endpoint"], {"client_id": client, "scope": str(source["scope"])}
    )
    click.echo(f"{started['verification_uri_complete']}\n{started['user_code']}")
    tokens = _wait(points["token_endpoint"], client, started)
    keep(_kept(server.rstrip("/"), slug, issuer, client, tokens))
    click.echo(str(token_file()))


@click.command()
def whoami() -> None:
    """Print who is signed in by zhibu login: tenant and the name that the tenant knows.

    Exit codes: 0 printed; 1 the sign-in is over or the server does not answer; 2 never signed in; 64 wrong usage.
    """
    found = kept()
    if found.expires_at - time.time() < EARLY:
        found = _renewed(found)
    answer = _json(
        "POST",
        f"{found.server}/t/{found.tenant}/graphql",
        json={"query": "{ viewer { name } }"},
        token=found.access_token,
    )
    viewer = (answer.get("data") or {}).get("viewer")
    if not viewer:
        raise _over()
    click.echo(f"{found.tenant}\t{viewer['name']}")


def _wait(endpoint: str, client: str, started: dict[str, Any]) -> dict[str, Any]:
    """Asks at the pace that the issuer sets until the person has confirmed; raises `Unauthenticated` where they do not."""
    pace, ends = float(started.get("interval", SLOWER)), time.monotonic() + float(started["expires_in"])
    form = {"grant_type": GRANT, "device_code": started["device_code"], "client_id": client}
    while time.monotonic() < ends:
        time.sleep(pace)
        answer = _json("POST", endpoint, form)
        if "access_token" in answer:
            return answer
        if answer.get("error") == "slow_down":
            pace += SLOWER
        elif answer.get("error") != "authorization_pending":
            break
    raise Unauthenticated(
        "login_refused",
        Words(
            "登录没有完成：没有在浏览器中确认。请重新运行 zhibu login。",
            "Not confirmed in the browser. Run zhibu login again.",
        ),
    )


def _renewed(found: Kept) -> Kept:
    points = _json("GET", f"{found.issuer}/.well-known/openid-configuration")
    form = {"grant_type": "refresh_token", "refresh_token": found.refresh_token or "", "client_id": found.client_id}
    tokens = _json("POST", points["token_endpoint"], form)
    if "access_token" not in tokens:
        raise _over()
    renewed = _kept(found.server, found.tenant, found.issuer, found.client_id, tokens)
    keep(renewed)
    return renewed


def _kept(server: str, slug: str, issuer: str, client: str, tokens: dict[str, Any]) -> Kept:
    ends = time.time() + float(tokens.get("expires_in", 0))
    return Kept(server, slug, issuer, client, str(tokens["access_token"]), tokens.get("refresh_token"), ends)


def _json(
    method: str, address: str, form: dict[str, str] | None = None, *, json: object = None, token: str | None = None
) -> dict[str, Any]:
    """What an address answers, errors of OAuth among it; raises `Unavailable` where it is no JSON object."""
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.request(method, address, data=form, json=json, headers=headers, timeout=10, trust_env=False)
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            "server_silent",
            Words(
                f"服务器没有应答（{type(error).__name__}）。", f"The server does not answer ({type(error).__name__})."
            ),
        ) from error
    return found if isinstance(found, dict) else {}


def _over() -> Unauthenticated:
    return Unauthenticated(
        "login_over", Words("登录已过期。请重新运行 zhibu login。", "The sign-in is over. Run zhibu login again.")
    )
