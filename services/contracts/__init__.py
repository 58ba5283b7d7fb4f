"""The published language: every event that crosses the bus, defined once, by its publisher."""
