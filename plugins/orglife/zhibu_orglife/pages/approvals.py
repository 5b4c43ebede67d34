"""Records that wait for a second person, in the order of the tree."""

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import value_of
from zhibu_orglife.actions import APPROVE
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.places import branch_named, local
from zhibu_orglife.pages.words import title_of, when_text
from zhibu_orglife.reading import visible_meetings, within
from zhibu_orglife.settings import SECOND_PERSON
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/life/approvals"
SHOWN = 100


@get(HERE, opt={"action": APPROVE})
async def approvals(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What waits where the asker approves; `org` narrows it to one branch."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    query = visible_meetings(who).where(Meeting.state == "submitted", within(who, APPROVE))
    if code := request.query_params.get("org"):
        branch = await branch_named(session, who, code, APPROVE)
        query = query.where(Meeting.organization_id == (branch.id if branch else None))
    found = (await session.execute(query.order_by(Organization.path, Meeting.starts_at).limit(SHOWN))).all()
    writers = {meeting.submitted_by for meeting, _ in found if meeting.submitted_by}
    names = dict((await session.execute(select(Person.id, Person.name).where(Person.id.in_(writers)))).all())
    second = await value_of(session, SECOND_PERSON)
    rows = [
        {
            "title": title_of(meeting, locale),
            "when": when_text(local(who, meeting.starts_at), None, locale),
            "branch": organization.name,
            "by": names.get(meeting.submitted_by, "") if meeting.submitted_by else "",
            "own": bool(second and meeting.submitted_by == who.person()),
            "href": f"{prefix}/life/meetings/{meeting.id}",
        }
        for meeting, organization in found
    ]
    door = "oversight" if "organizer" in who.roles else "life"
    return page(request, who, platform, "orglife/approvals.html", {"rows": rows, "second": second}, door=door)
