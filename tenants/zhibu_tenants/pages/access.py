"""Access review: every grant in force, confirmed or ended line by line; the list as a file."""

import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import REPORT
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.pages.forms import FormPage
from zhibu_tenants.powers.review import as_csv, confirm, end_by_review, review_lines
from zhibu_web.framing import AnyRequest

HERE = "/people/roles/review"
PAGE = FormPage(HERE, "tenants/access.html", "review")


@get(HERE, opt={"action": "role.read"})
async def access_review(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """All lines, or with `?due=1` those that wait for a review."""
    return await _shown(request, who, platform, session)


@get(HERE + ".csv", opt={"action": "role.read", "limits": REPORT})
async def access_review_file(
    who: NamedDependency[Scope], platform: NamedDependency[Platform], session: NamedDependency[AsyncSession]
) -> Response[bytes]:
    """The same lines for a spreadsheet program."""
    body = await as_csv(session, who, await review_lines(session, platform.scopes, who))
    name = f"access-{who.tenant.slug}-{who.today:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body.encode(), media_type="text/csv", headers=headers)


@post(HERE + "/{grant_id:uuid}", opt={"action": "access.review"})
async def review_line(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    grant_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Confirms or ends one line."""
    form = await request.form()
    decide = end_by_review if form.get("decision") == "end" else confirm
    try:
        await decide(session, who, grant_id)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, error)
    return PAGE.done(request, decide.__name__)


async def _shown(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, error: InvalidInput | None = None
) -> Response[str]:
    lines = await review_lines(session, platform.scopes, who)
    due = [line for line in lines if line.is_due]
    only_due = request.query_params.get("due") == "1"
    context = {
        "lines": due if only_due else lines,
        "due": len(due),
        "only_due": only_due,
        "may_review": who.may("access.review"),
    }
    return PAGE.shown(request, who, platform, context, error=error)
