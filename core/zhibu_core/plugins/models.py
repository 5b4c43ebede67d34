"""Which plugins a tenant has switched on, and since when."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class PluginEnablement(TenantOwned):
    """One plugin's state in a tenant; a plugin without a row is off."""

    __tablename__ = "plugin_enablement"

    plugin: Mapped[str]
    is_on: Mapped[bool]
    settings: Mapped[dict[str, Any]]
    changed_by: Mapped[uuid.UUID | None]
    changed_at: Mapped[dt.datetime]
