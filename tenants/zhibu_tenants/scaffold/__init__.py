"""Writes a new plugin: the files of `template/` with the plugin's name put in."""

from zhibu_tenants.scaffold.writing import write_plugin

__all__ = ["write_plugin"]
