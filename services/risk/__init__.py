"""The risk service: scores a case in the open, again and again, and loses no high score."""
