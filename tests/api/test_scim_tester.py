"""The service against scim2-tester, which others wrote: every check passes and none is skipped."""

import asyncio
from collections import Counter
from typing import Any

import pytest

pytestmark = pytest.mark.schemas


async def test_every_check_of_the_scim_tester_passes(directory: Any, origin: str) -> None:
    # Seconds of import, which only this run is to pay.
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    def check() -> list[Any]:
        with httpx2.Client(base_url=origin + directory.base, headers=directory.bearer, trust_env=False) as http:
            return list(check_server(SyncSCIMClient(http)))

    results = await asyncio.to_thread(check)
    assert [(r.status.name, r.title, r.reason) for r in results if r.status is not Status.SUCCESS] == []
    assert Counter(r.status for r in results)[Status.SUCCESS] > 70
