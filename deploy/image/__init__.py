"""The image of the services: built, and tried as a whole system."""
