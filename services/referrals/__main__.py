"""Start the referrals service: `python -m services.referrals [--role api|worker|all]`."""

from services.chassis.launcher import launch

if __name__ == "__main__":
    launch("services.referrals.service:Referrals")
