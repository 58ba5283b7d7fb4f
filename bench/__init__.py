"""How fast, and at what price: the platform beside what a user of the same frames would write."""
