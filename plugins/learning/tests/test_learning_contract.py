"""The plugin fits the contract."""

import zhibu_learning.plugin
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_learning.plugin
