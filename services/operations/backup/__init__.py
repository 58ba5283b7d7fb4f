"""Keeping a copy of every database, and bringing it back."""
