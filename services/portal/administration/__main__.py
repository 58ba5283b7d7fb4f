"""The start line: `python -m services.portal.administration`; `./outreach` starts it, too."""

from services.portal.administration.commands import administration

if __name__ == "__main__":
    administration(prog_name="outreach")
