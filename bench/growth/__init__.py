"""How the platform fares with years of work in its databases, and with many idle pages open."""
