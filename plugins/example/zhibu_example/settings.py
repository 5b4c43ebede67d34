"""What a tenant sets for its reading circles."""

from zhibu_core.tenancy.tenant_settings import Setting
from zhibu_core.words import Words

SHOWN = Setting(
    "example.shown",
    Words("组织页面显示的读书分享条数", "Reading notes shown on an organization's page"),
    Words("只影响显示，不影响登记。", "It concerns the page only."),
    "setting.write",
    default=5,
    low=1,
    high=20,
)
