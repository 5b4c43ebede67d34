"""What pages with forms share: the page again, with what was typed and what is wrong; or the way back once it is done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.response import Redirect

from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.framing import AnyRequest, page, prefix_of


@dataclass(frozen=True)
class FormPage:
    """One page below a tenant: its path, its template, the door that it stands behind."""

    path: str
    template: str
    door: str

    def here(self, request: AnyRequest) -> str:
        """Its address as the reader's browser has it."""
        return f"{prefix_of(request)}{self.path}"

    def done(self, request: AnyRequest, what: str) -> Redirect:
        """Back to the page, which says that this was done."""
        return Redirect(f"{self.here(request)}?done={what}", status_code=303)

    def shown(
        self,
        request: AnyRequest,
        who: Scope,
        platform: Platform,
        context: Mapping[str, Any],
        *,
        typed: Mapping[str, Any] | None = None,
        error: ZhibuError | None = None,
        field: str | None = None,
    ) -> Response[str]:
        """The page; with an `error` it answers 422 and says it beside `field`, the values kept as they were typed."""
        values = {
            "typed": typed or {},
            "error": error,
            "field": field if error else None,
            "has_errors": error is not None,
            "done": request.query_params.get("done", ""),
            "here": self.here(request),
            **context,
        }
        status = 422 if error else 200
        return page(request, who, platform, self.template, values, door=self.door, status=status)


def field_of(error: ZhibuError | None, fields: Collection[str], otherwise: str) -> str:
    """The field of the form that a refusal is about; `otherwise` where it names none of them."""
    return error.field if error and error.field in fields and error.field else otherwise
