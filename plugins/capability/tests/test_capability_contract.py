"""The plugin fits the contract."""

import zhibu_capability.plugin
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_capability.plugin
    derived = frozenset({"capability_score"})
