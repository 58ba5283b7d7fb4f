"""The rules of referrals in pure Python: time and ids come in as arguments."""
