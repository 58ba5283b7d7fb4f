"""Alerts as they happen, from the bus to the open pages of those who are to know.

Nothing is missed across a reconnection of browser, portal or bus: whoever comes back says what she
saw last and is told what has changed since. What is in doubt ends the stream, and the browser comes
back by itself.
"""
