"""The tenant's own dated layer over the rule packs: what a version becomes where a layer lies on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.burden import refuse_burdens
from zhibu_core.ledger.shapes import Values
from zhibu_core.words import Words

OFF = "off"


@dataclass(frozen=True)
class TenantLayer:
    """What a tenant changes of one rule from a day on, until its next layer of that rule, and why.

    `parameters` replace those of the pack's version that have the same name; none means the pack's own text again;
    `{"off": true}` ends the rule for this tenant.
    """

    code: str
    effective_from: date
    parameters: Values
    reason: str

    @property
    def off(self) -> bool:
        """Whether the rule does not hold for the tenant from here on."""
        return self.parameters.get(OFF) is True

    def over(self, values: Values) -> Values:
        """The pack's parameters with the tenant's laid on top."""
        return values | {name: value for name, value in self.parameters.items() if name != OFF}

    def label(self, pack_label: str) -> str:
        """How the version is named: `2018-10-28+tenant:2026-01-01`, or as the pack names it where nothing differs."""
        return f"{pack_label}+tenant:{self.effective_from}" if self.parameters else pack_label


def layers_by_code(layers: Iterable[TenantLayer], *, mobile_public_institution: bool) -> dict[str, list[TenantLayer]]:
    """Layers of each rule in time order; raises `InvalidInput` for two of one day, no reason, or a banned burden."""
    grouped: dict[str, list[TenantLayer]] = {}
    for layer in sorted(layers, key=lambda layer: (layer.code, layer.effective_from)):
        others = grouped.setdefault(layer.code, [])
        if others and others[-1].effective_from == layer.effective_from:
            raise bad_layer(
                layer,
                "effective_from",
                Words(
                    f"规则“{layer.code}”在 {layer.effective_from} 已有一个版本。",
                    f"The rule “{layer.code}” already has a version of {layer.effective_from}.",
                ),
            )
        if not layer.reason.strip():
            raise bad_layer(
                layer,
                "reason",
                Words(f"请写明为什么调整规则“{layer.code}”。", f"State why the rule “{layer.code}” is changed."),
            )
        where = f"{layer.code} {layer.effective_from}"
        refuse_burdens(layer.parameters, where=where, mobile_public_institution=mobile_public_institution)
        others.append(layer)
    return grouped


def latest(dated: Iterable[Any], day: date) -> Any:
    """Of things in time order with `effective_from`, the latest not after the day, or None."""
    return next((one for one in reversed(list(dated)) if one.effective_from <= day), None)


def bad_layer(layer: TenantLayer, field: str, message: Words) -> InvalidInput:
    """The error for a layer that cannot stand."""
    return InvalidInput("rule_layer", message, field=f"{layer.code}.{field}")
