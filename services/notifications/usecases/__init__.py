"""What may be done: one function for each intention; time and ids are arguments."""
