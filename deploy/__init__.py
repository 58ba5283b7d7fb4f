"""How the platform is set up and run: this package is for machines, not for casework."""
