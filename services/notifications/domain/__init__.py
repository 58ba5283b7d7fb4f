"""The rules of alerts in pure Python: time and ids come in as arguments."""
