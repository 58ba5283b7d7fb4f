"""Referrals: how a woman comes to the programme, and what becomes of each referral."""
