"""The page on which one tries the API in a demo: a form, the answer, and the schema; no script."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from jinja2 import Environment, FileSystemLoader
from litestar import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, LimitExceeded, NotFound
from zhibu_core.http.language import COOKIE
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.i18n import locale_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Operation, engine_for
from zhibu_graphql.errors import RequestRefused, of_domain
from zhibu_graphql.fields import KEY

FOLDER = Path(__file__).parent / "templates"
PAGES = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
Requested = Request[Any, Any, Any]
EXAMPLE = """{
  viewer { name today roles { role organization { name } } }
  organizations(first: 5) {
    totalCount
    edges { node { code name kind } }
  }
}"""


def first_page(request: Requested, platform: Platform) -> Response[str]:
    """The page with an example."""
    return _page(request, platform, EXAMPLE, "", "")


async def answered_page(
    request: Requested, platform: Platform, session: AsyncSession, data: Mapping[str, str]
) -> Response[str]:
    """The page with the answer to what the form held."""
    scope = _scope(request)
    query, variables = data.get("query", ""), data.get("variables", "")
    context = Context(platform, session, scope, request.state.get(PREFIX, ""), locale_of(request.cookies.get(COOKIE)))
    answer = await _run(platform, context, query, variables)
    return _page(request, platform, query, variables, json.dumps(answer, ensure_ascii=False, indent=2))


def style(request: Requested) -> Response[str]:
    """The page's looks."""
    _scope(request)
    return Response((FOLDER / "explorer.css").read_text(encoding="utf-8"), media_type="text/css")


async def _run(platform: Platform, context: Context, query: str, variables: str) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(variables.strip() or "{}", type=dict[str, Any])
        return await engine_for(platform.host).run(context, Operation(query, given))
    except msgspec.DecodeError as error:
        said = Words(f"变量不是 JSON 对象：{error}", f"The variables are no JSON object: {error}")
        return {"errors": [of_domain(InvalidInput("variables", said), context.locale)]}
    except RequestRefused as refused:
        return {"errors": refused.errors}
    except (InvalidInput, LimitExceeded) as refused:
        return {"errors": [of_domain(refused, context.locale)]}


def _scope(request: Requested) -> Scope:
    scope: Scope = request.state.scope
    if not scope.tenant.is_demo:
        raise NotFound("not_found", Words("没有找到这个页面。", "There is no such page."))
    return scope


def _page(request: Requested, platform: Platform, query: str, variables: str, answer: str) -> Response[str]:
    scope = _scope(request)
    schema = engine_for(platform.host).schemas.of(scope.plugins)
    text = PAGES.get_template("explorer.html").render(
        prefix=request.state.get(PREFIX, ""),
        tenant=scope.tenant.name,
        query=query,
        variables=variables,
        answer=answer,
        types=described(schema),
    )
    return Response(text, media_type="text/html")


def described(schema: GraphQLSchema) -> list[dict[str, Any]]:
    """The schema's types for the page, the root ones first: name, description, fields with what each asks for."""
    kinds = [kind for name, kind in schema.type_map.items() if not name.startswith("__")]
    roots = [kind for kind in (schema.query_type, schema.mutation_type) if kind]
    rest = sorted((kind for kind in kinds if kind not in roots), key=lambda kind: kind.name)
    return [entry for kind in (*roots, *rest) if (entry := _described(kind))]


def _described(kind: Any) -> dict[str, Any] | None:
    if isinstance(kind, GraphQLEnumType):
        lines = [{"name": name, "text": value.description or ""} for name, value in kind.values.items()]
    elif isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
        lines = [_line(name, field) for name, field in kind.fields.items()]
    else:
        return None
    return {"name": kind.name, "text": kind.description or "", "lines": lines}


def _line(name: str, field: Any) -> dict[str, Any]:
    arguments = ", ".join(f"{key}: {value.type}" for key, value in getattr(field, "args", {}).items())
    asks = field.extensions.get(KEY)
    return {
        "name": f"{name}({arguments})" if arguments else name,
        "type": str(field.type),
        "text": field.description or "",
        "actions": list(asks.actions) if asks else [],
    }
