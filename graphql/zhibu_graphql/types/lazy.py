"""The core types by name, for fields of other modules and of plugins that return them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from zhibu_graphql.types.duty import Duty
    from zhibu_graphql.types.fact import Fact
    from zhibu_graphql.types.member import Member
    from zhibu_graphql.types.organization import Organization

LazyOrganization = Annotated["Organization", strawberry.lazy("zhibu_graphql.types.organization")]
LazyMember = Annotated["Member", strawberry.lazy("zhibu_graphql.types.member")]
LazyFact = Annotated["Fact", strawberry.lazy("zhibu_graphql.types.fact")]
LazyDuty = Annotated["Duty", strawberry.lazy("zhibu_graphql.types.duty")]
