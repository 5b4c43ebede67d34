"""The dev issuer's two refusals, and that production refuses issuers that are not https."""

import pytest

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import Issuer
from zhibu_core.platform import Platform
from zhibu_devissuer.refusals import refuse_unless_demo


async def test_it_refuses_every_address_but_loopback(platform: Platform) -> None:
    with pytest.raises(Unavailable) as raised:
        await refuse_unless_demo(platform, "0.0.0.0")
    assert raised.value.code == "dev_issuer_host"


async def test_it_refuses_a_database_that_no_demo_made(platform: Platform) -> None:
    with pytest.raises(Unavailable) as raised:
        await refuse_unless_demo(platform, "127.0.0.1")
    assert raised.value.code == "dev_issuer_database"


@pytest.mark.parametrize(
    ("address", "demo"),
    [("http://id.example.edu.cn", False), ("http://127.0.0.1:8000/issuer", False), ("http://10.0.0.1/issuer", True)],
)
def test_issuers_that_are_not_https_are_refused(platform: Platform, address: str, demo: bool) -> None:
    with pytest.raises(Unavailable, match="https"):
        platform.trust(Issuer(address, "zhibu-web"), demo=demo)
    assert address not in platform.issuers


def test_a_demo_may_trust_loopback_and_anybody_may_trust_https(platform: Platform) -> None:
    for address, demo in (("http://127.0.0.1:9/issuer", True), ("https://id.example.edu.cn", False)):
        platform.trust(Issuer(address, "zhibu-web"), demo=demo)
        assert platform.issuers.pop(address).address == address
