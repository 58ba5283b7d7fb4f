"""How much waits and for how long, on one screen, without judging it."""
