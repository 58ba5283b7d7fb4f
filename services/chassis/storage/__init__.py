"""Aggregates as single documents, saved with their events in one write."""
