"""`python -m cookiegate` runs the command line when the `cookiegate` script is not on the path."""

from cookiegate.cli import main

if __name__ == "__main__":
    main()
