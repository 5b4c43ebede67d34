"""Everything by which a key could be known again in a log, a table or a backup: raw, hexadecimal and base64."""

import base64
from pathlib import Path

from zhibu_core.audit.signing import PRIVATE
from zhibu_core.crypto.folder import MASTER
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant


def key_material(platform: Platform, *tenants: Tenant) -> list[bytes]:
    """The master key, the signing key, and the tenants' data and index keys, wrapped and unwrapped."""
    folder, provider = Path(platform.settings.keys), platform.keyring.provider
    keys = [(folder / MASTER).read_bytes()]
    for tenant in tenants:
        kept = platform.keyring.keys_of(tenant.id)
        wrapped = [*(key.wrapped for key in kept.data), kept.index_key]
        keys += [*wrapped, *(provider.unwrap(key, tenant.id) for key in wrapped if key)]
    assert len(keys) > len(tenants), "there is nothing to look for"
    pem = (folder / PRIVATE).read_text(encoding="utf-8").splitlines()[1].encode()
    return [form for key in keys if key for form in (key, key.hex().encode(), base64.b64encode(key))] + [pem]
