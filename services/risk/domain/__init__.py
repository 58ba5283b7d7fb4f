"""The rules of risk in pure Python: what is known of a case, and what follows from it."""
