"""The rules of risk profiles in pure Python: time and ids come in as arguments."""
