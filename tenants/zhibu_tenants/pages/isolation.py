"""The page where a tenant's auditor has its isolation proved, reads the result and takes it away as a file."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link
from zhibu_web.framing import locale_of_request, page, prefix_of

HERE = "/audit/isolation"
DOOR = "audit"


@get(HERE, opt={"action": "audit.read"}, sync_to_thread=False)
def isolation_page(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """What the check does, and the button that starts it."""
    return _page(request, who, platform, None)


@post(HERE, opt={"action": "audit.read"}, status_code=200)
async def check_isolation(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """Runs the check; the answer is the page with the result, or the result as a text file."""
    from zhibu_tenants.isolation.proof import prove  # walks GraphQL, which not every installation has

    form = await request.form()
    report = await prove(platform, who)
    if str(form.get("as", "")) != "file":
        return _page(request, who, platform, report)
    name = f"isolation-{who.tenant.slug}-{report.at:%Y%m%d-%H%M%S}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(report.as_text(locale_of_request(request)), media_type="text/plain", headers=headers)


def _page(request: Request[Any, Any, Any], who: Scope, platform: Platform, report: Any) -> Response[str]:
    prefix = prefix_of(request)
    context = {
        "report": report,
        "here": f"{prefix}{HERE}",
        "crumbs": [Link(_L("Audit"), f"{prefix}/audit"), Link(_L("Isolation"))],
    }
    return page(request, who, platform, "tenants/isolation.html", context, door=DOOR)
