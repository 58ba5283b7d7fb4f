"""The whole system on one machine, with nothing but Python and RabbitMQ."""
