"""The part of `./outreach` that the portal does: accounts, API keys, who is on duty."""
