"""Start the risk service: `python -m services.risk [--role api|worker|all]`."""

from services.chassis.launcher import launch

if __name__ == "__main__":
    launch("services.risk.service:Risk")
