"""`python -m zhibu_verify FILE`."""

from zhibu_verify.main import main

main()
