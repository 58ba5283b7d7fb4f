"""What a case file is and what may be done with it; nothing but the standard library."""
