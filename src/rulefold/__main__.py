"""`python -m rulefold`."""

from rulefold.cli import main

main()
