"""The endpoint's addresses. What answers is fetched with the first request, as Strawberry takes half a second to import."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_graphql.live.handler import subscriptions

OPT = {"action": "graphql.query"}
LARGEST_BODY = 256 * 1024
Requested = Request[Any, Any, Any]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def _answer_to_error(request: Requested, raised: Exception) -> Response[bytes]:
    from zhibu_graphql.endpoint import answer_to_error

    return answer_to_error(request, raised)


@post(
    "/graphql",
    status_code=200,
    opt=OPT,
    request_max_body_size=LARGEST_BODY,
    exception_handlers={Exception: _answer_to_error},
)
async def graphql(request: Requested, platform: NamedDependency[Platform]) -> Response[bytes]:
    """Runs the operation of the body; a mutation with an `Idempotency-Key` once only."""
    from zhibu_graphql.endpoint import answer_to_post

    return await answer_to_post(request, platform)


@get("/graphql", opt=OPT, exception_handlers={Exception: _answer_to_error})
async def graphql_by_get(
    request: Requested, platform: NamedDependency[Platform], session: NamedDependency[AsyncSession]
) -> Response[bytes]:
    """Runs a stored query that the address names; says of everything else that it comes by POST."""
    from zhibu_graphql.endpoint import answer_to_get

    return await answer_to_get(request, platform, session)


@get("/graphql/explorer", opt=OPT)
async def explorer(request: Requested, platform: NamedDependency[Platform]) -> Response[str]:
    """In demos, the page to try it, with an example."""
    from zhibu_graphql.explorer import first_page

    return first_page(request, platform)


@post("/graphql/explorer", opt=OPT, status_code=200)
async def run_explorer(
    request: Requested, platform: NamedDependency[Platform], session: NamedDependency[AsyncSession], data: Form
) -> Response[str]:
    """The page with the answer to what the form held."""
    from zhibu_graphql.explorer import answered_page

    return await answered_page(request, platform, session, data)


@get("/graphql/explorer.css", opt=OPT, sync_to_thread=False)
def explorer_style(request: Requested) -> Response[str]:
    """The page's looks."""
    from zhibu_graphql.explorer import style

    return style(request)


HANDLERS = (graphql, graphql_by_get, subscriptions, explorer, run_explorer, explorer_style)
