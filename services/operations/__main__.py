"""The command line: `python -m services.operations`, or `./outreach` beside the README."""

from services.operations.commands import outreach

if __name__ == "__main__":
    outreach(prog_name="outreach")
