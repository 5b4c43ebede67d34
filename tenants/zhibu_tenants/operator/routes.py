"""The console as one router."""

from litestar import Router

from zhibu_tenants.operator.deeds import change_state, check_drift, enter, erase, export, leave_tenant
from zhibu_tenants.operator.guard import HERE, staff_gate
from zhibu_tenants.operator.pages import open_tenant, tenant_page, tenants_page
from zhibu_tenants.operator.sign_in import staff_callback, staff_go, staff_sign_in, staff_sign_out
from zhibu_web.pages.start import preferences


def console() -> Router:
    """Everything below /operator, behind its own guard."""
    return Router(
        path=HERE,
        guards=[staff_gate],
        route_handlers=[
            *(staff_sign_in, staff_go, staff_callback, staff_sign_out, preferences),
            *(tenants_page, open_tenant, tenant_page),
            *(change_state, export, check_drift, erase, enter, leave_tenant),
        ],
    )
