"""From the outbox to the bus, and from the bus to a handler: nothing lost, nothing done twice."""
