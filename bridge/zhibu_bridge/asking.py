"""Asks a provider's interface: five seconds, no redirects, no proxy of the environment, an object or nothing."""

from typing import Any

import httpx

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import TIMEOUT
from zhibu_core.words import Words


async def ask(method: str, address: str, **more: Any) -> dict[str, Any]:
    """The JSON object that the provider answers, whatever the status; raises `Unavailable` for silence or anything else."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            found = (await client.request(method, address, **more)).json()
    except (httpx.HTTPError, ValueError) as error:
        raise silent(type(error).__name__) from error
    if not isinstance(found, dict):
        raise silent("no object")
    return found


def silent(why: str) -> Unavailable:
    """The provider is no help just now; neither its address nor its words are told, for they may hold tokens."""
    return Unavailable(
        "provider_silent",
        Words(f"登录来源没有应答（{why}）。请稍后重试。", f"The provider does not answer ({why}). Try again later."),
    )
