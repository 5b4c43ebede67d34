"""The rule book of a tenant: for each rule and day the one version in force, packs below, the tenant's layer on top."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import TypeVar

import msgspec

from zhibu_core.errors import not_found
from zhibu_core.ledger.rule_layer import TenantLayer, bad_layer, latest, layers_by_code
from zhibu_core.ledger.rule_pack import PackVersion, Rule, RulePack, bad_rule, read_pack
from zhibu_core.ledger.shapes import Shape, Values
from zhibu_core.words import Words

__all__ = ["Rule", "RuleBook", "RulePack", "RuleVersion", "TenantLayer", "core_packs", "packs_of", "read_pack"]

S = TypeVar("S")


@dataclass(frozen=True)
class RuleVersion:
    """A rule as it holds from `effective_from` to `until` (None: open end), with everything a reader may ask about it.

    `label` names it wherever something is computed with it; `values` are the plain parameters, `parameters` the typed
    ones (None for shape `data`); `reason` is the tenant's, empty where only the pack speaks.
    """

    rule: Rule
    effective_from: date
    until: date | None
    label: str
    values: Values
    parameters: Shape | None
    source: Words
    says: Words
    article: str
    article_verified: bool
    reason: str

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    def holds_on(self, day: date) -> bool:
        """Whether this is the version in force on the day."""
        return self.effective_from <= day and (self.until is None or day <= self.until)

    def read(self, into: type[S]) -> S:
        """The parameters as a struct: core's own shape, or for shape `data` the plugin's; `ValidationError` if not."""
        return self.parameters if isinstance(self.parameters, into) else msgspec.convert(self.values, into)


class RuleBook:
    """The rules of the packs of the enabled plugins with a tenant's layers.

    Layers of rules that no pack states (a plugin switched off) lie unused. Raises `InvalidInput` where a layer gives
    parameters the rule's shape does not take, or a burden that is banned (`zhibu_core.ledger.burden`), and where two
    packs state one rule.
    """

    def __init__(
        self,
        packs: Iterable[RulePack],
        layers: Iterable[TenantLayer] = (),
        *,
        mobile_public_institution: bool = True,
    ) -> None:
        self.packs = tuple(packs)
        self.rules: dict[str, Rule] = _by_code(self.packs)
        laid = layers_by_code(layers, mobile_public_institution=mobile_public_institution)
        self._versions = {code: tuple(_lay(rule, laid.get(code, []))) for code, rule in self.rules.items()}

    def versions(self, code: str) -> tuple[RuleVersion, ...]:
        """All versions of a rule in time order, no two of one day; days without one have no rule. Raises `NotFound`."""
        if code not in self.rules:
            raise not_found(Words("规则", "rule"), code)
        return self._versions[code]

    def in_force(self, code: str, day: date) -> RuleVersion | None:
        """The one version of the rule that holds on the day, None where the rule does not exist then."""
        versions = self.versions(code)
        place = bisect_right(versions, day, key=lambda version: version.effective_from)
        version = versions[place - 1] if place else None
        return version if version and version.holds_on(day) else None

    def all_in_force(self, day: date, shape: str | None = None) -> list[RuleVersion]:
        """The versions that hold on a day, of one shape or of all, in the order of the packs."""
        found = (self.in_force(rule.code, day) for rule in self.of_shape(shape))
        return [version for version in found if version]

    def of_shape(self, shape: str | None = None) -> list[Rule]:
        """The rules of one shape, or all, in the order of the packs."""
        return [rule for rule in self.rules.values() if shape in (None, rule.shape)]


def core_packs() -> tuple[RulePack, ...]:
    """Core's own rule packs: terms of office and sizes of organizations."""
    return packs_of("zhibu_core")


def packs_of(package: str) -> tuple[RulePack, ...]:
    """The rule packs that a package keeps in its folder `rules`."""
    folder = files(package).joinpath("rules")
    packs = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(read_pack(file) for file in packs)


def _by_code(packs: Iterable[RulePack]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for rule in (rule for pack in packs for rule in pack.rules):
        if rule.code in rules:
            raise bad_rule(rule.file, rule.code, "code", f"already stated in {rules[rule.code].file}")
        rules[rule.code] = rule
    return rules


def _lay(rule: Rule, layers: list[TenantLayer]) -> Iterable[RuleVersion]:
    days = sorted({v.effective_from for v in rule.versions} | {layer.effective_from for layer in layers})
    for place, day in enumerate(days):
        version: PackVersion | None = latest(rule.versions, day)
        layer: TenantLayer | None = latest(layers, day)
        if version is None or version.off or (layer and layer.off):
            continue
        until = days[place + 1] - timedelta(days=1) if place + 1 < len(days) else None
        yield _version(rule, version, layer, day, until)


def _version(rule: Rule, version: PackVersion, layer: TenantLayer | None, day: date, until: date | None) -> RuleVersion:
    values, label = rule.parameters | version.parameters, str(version.effective_from)
    if layer:
        values, label = layer.over(values), layer.label(label)
    try:
        parameters = rule.read(values)
    except msgspec.ValidationError as error:
        if layer is None:
            raise
        raise bad_layer(
            layer,
            "parameters",
            Words(f"规则“{rule.code}”不能这样调整：{error}", f"The rule “{rule.code}” cannot be changed so: {error}"),
        ) from error
    return RuleVersion(
        rule=rule,
        effective_from=day,
        until=until,
        label=label,
        values=values,
        parameters=parameters,
        source=version.source,
        says=version.says,
        article=version.article,
        article_verified=version.article_verified,
        reason=layer.reason if layer and layer.parameters else "",
    )
