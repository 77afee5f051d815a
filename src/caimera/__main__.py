"""`python -m caimera`: the same as the command `caimera`."""

from caimera.cli.main import main

if __name__ == "__main__":
    main()
