"""The sessions service: the case file of each woman, and the outreach sessions with her."""
