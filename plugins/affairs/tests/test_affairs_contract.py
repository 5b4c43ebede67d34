"""The plugin fits the contract."""

import zhibu_affairs.plugin
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_affairs.plugin
