"""The command line: `zhibu` and its commands, each registered under the entry-point group zhibu.commands."""
