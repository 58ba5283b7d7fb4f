"""Start the notifications service: `python -m services.notifications [--role api|worker|all]`."""

from services.chassis.launcher import launch

if __name__ == "__main__":
    launch("services.notifications.service:Notifications")
