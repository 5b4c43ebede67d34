"""The plugin fits the contract."""

import zhibu_orglife.plugin
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_orglife.plugin
