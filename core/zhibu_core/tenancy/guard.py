"""The good error message before the wall: says which model was asked for without a tenant."""

from collections.abc import Iterable

from sqlalchemy.orm import ORMExecuteState

from zhibu_core.tenancy.models import TenantOwned


class UnboundTenant(RuntimeError):
    """A tenant table was touched without its tenant: a mistake in code, never a person's."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            f"{', '.join(self.names)} belongs to a tenant, but no tenant is bound: "
            "open the session with database.session(tenant_id)."
        )


def model_names(state: ORMExecuteState) -> list[str]:
    """The tenant models that a statement names."""
    return [m.class_.__name__ for m in state.all_mappers if issubclass(m.class_, TenantOwned)]
