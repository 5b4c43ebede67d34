"""`python -m zhibu_core` is `zhibu`."""

from zhibu_core.cli.main import main

main()
