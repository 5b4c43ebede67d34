"""Everything by which a key could be known again in a log, a table or a backup: raw, hexadecimal and base64."""

import base64
from collections.abc import Iterable
from pathlib import Path

from zhibu_core.audit.signing import PRIVATE
from zhibu_core.crypto.folder import MASTER
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant


def key_material(platform: Platform, *tenants: Tenant) -> list[bytes]:
    """The master key, the signing key, and the tenants' data and index keys, wrapped and unwrapped."""
    folder = Path(platform.settings.keys)
    keys = [(folder / MASTER).read_bytes(), *wrapped_and_plain(platform, *tenants)]
    pem = (folder / PRIVATE).read_text(encoding="utf-8").splitlines()[1].encode()
    return [*forms_of(keys), pem]


def wrapped_and_plain(platform: Platform, *tenants: Tenant) -> list[bytes]:
    """The tenants' data and index keys as they are kept and as they are used, wherever that is."""
    keys: list[bytes] = []
    for tenant in tenants:
        kept = platform.keyring.keys_of(tenant.id)
        wrapped = [*(key.wrapped for key in kept.data), kept.index_key]
        keys += [*wrapped, *(platform.keyring.provider.unwrap(key, tenant.id) for key in wrapped if key)]
    assert len(keys) > len(tenants), "there is nothing to look for"
    return keys


def forms_of(keys: Iterable[bytes]) -> list[bytes]:
    """Each key as it is, in hexadecimal and in base64."""
    return [form for key in keys if key for form in (key, key.hex().encode(), base64.b64encode(key))]
