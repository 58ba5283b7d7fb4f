"""The rules of case files in pure Python: time and ids come in as arguments."""
