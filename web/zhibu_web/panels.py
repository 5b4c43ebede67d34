"""Panels of plugins on core's pages: loaded one by one within a time limit, and contained where one fails."""

import asyncio
import secrets
import uuid
from dataclasses import dataclass
from typing import Literal

import structlog
from markupsafe import Markup

from zhibu_core.platform import Platform
from zhibu_core.plugins.slots import Panel
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.framing import AnyRequest, frame, locale_of_request
from zhibu_web.render import render

SECONDS = 0.3
"""How long a panel may take before the page goes on without it (interface.md 2.1)."""
OWN = "_own"
"""On a person's own record a panel opens with its action, or with that action's form for one's own."""

log = structlog.get_logger()


@dataclass(frozen=True)
class ShownPanel:
    """A panel ready to be placed: its body, or the number of what went wrong."""

    title: Words
    body: Markup | None
    trouble: str | None = None


async def panels_of(
    request: AnyRequest,
    platform: Platform,
    scope: Scope,
    place: Literal["person", "organization", "home"],
    subject: uuid.UUID,
    path: str | None,
    *,
    own: bool = False,
) -> list[ShownPanel]:
    """The panels that the reader may see of a subject at this path of the tree (None: anywhere), in order."""
    found: list[Panel] = [panel for _, panel in platform.host.collect("panels", scope.plugins)]
    open_here = [
        panel
        for panel in sorted(found, key=lambda panel: panel.order)
        if panel.place == place and (scope.may(panel.action, path) or (own and scope.may(panel.action + OWN)))
    ]
    shown = [await _shown(request, platform, scope, panel, subject) for panel in open_here]
    return [panel for panel in shown if panel is not None]


async def _shown(
    request: AnyRequest, platform: Platform, scope: Scope, panel: Panel, subject: uuid.UUID
) -> ShownPanel | None:
    """One panel in a transaction of its own, so that its failure leaves the page's alone; None where it is empty."""
    try:
        async with asyncio.timeout(SECONDS), platform.database.session(scope.tenant.id) as session:
            context = await panel.load(session, scope, subject)
        if context is None:
            return None
        values = {"shell": frame(request, scope, platform), "today": scope.today, **context}
        body = render(panel.template, locale=locale_of_request(request), context=values)
        return ShownPanel(panel.title, Markup(body))  # noqa: S704 a template's own output, escaped by the template
    except Exception as error:  # a plugin may fail in any way; the page stays
        number = secrets.token_hex(3).upper()
        log.warning("panel_failed", number=number, template=panel.template, error=f"{type(error).__name__}: {error}")
        return ShownPanel(panel.title, None, number)
