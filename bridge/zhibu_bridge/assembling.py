"""Makes the issuers that a settings file names, with their sealed keys, secrets and sources."""

from pathlib import Path

from litestar import Litestar

from zhibu_bridge.attempts import Box
from zhibu_bridge.codes import LIFETIME, Codes
from zhibu_bridge.contract import make_source
from zhibu_bridge.issuer import BridgeIssuer
from zhibu_bridge.routes import create_bridge
from zhibu_bridge.sessions import LASTS, Sessions
from zhibu_bridge.settings import LEAST_SECRET, BridgeSettings, faulty, read_secret
from zhibu_bridge.shelf import InFolder, waiting_cipher
from zhibu_bridge.signing import Signer, kept_key
from zhibu_core.identity.issuers import LOOPBACK


def make_issuers(settings: BridgeSettings, folder: Path) -> dict[str, BridgeIssuer]:
    """By name; file names in the settings are relative to `folder`. Raises `InvalidInput` or `Unavailable` for unsafe settings."""
    if settings.demo and settings.host not in LOOPBACK:
        raise faulty("demo", f"a demo listens on loopback only, not on {settings.host}")
    base, keys = settings.address.rstrip("/"), folder / settings.data / "keys"
    issuers = {}
    for name, source in settings.sources.items():
        address = f"{base}/{name}"
        made = make_source(source.kind, source.settings, folder, demo=settings.demo)
        secret = read_secret(folder, source.client.secret_file, least=LEAST_SECRET)
        signer = Signer(address, kept_key(keys, name, source.algorithm), source.algorithm)
        cipher, waiting = waiting_cipher(keys, name), folder / settings.data / "waiting" / name
        issuers[name] = BridgeIssuer(
            name,
            address,
            source,
            secret,
            made,
            signer,
            Box(cipher),
            Codes(InFolder(waiting / "codes", cipher, LIFETIME)),
            Sessions(InFolder(waiting / "sessions", cipher, LASTS)),
        )
    return issuers


def assemble(settings: BridgeSettings, folder: Path) -> Litestar:
    """The application that these settings describe."""
    return create_bridge(make_issuers(settings, folder), secure=settings.address.startswith("https://"))
