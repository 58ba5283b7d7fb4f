"""Start the sessions service: `python -m services.sessions [--role api|worker|all]`."""

from services.chassis.launcher import launch

if __name__ == "__main__":
    launch("services.sessions.service:Sessions")
