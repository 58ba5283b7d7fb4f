"""What operators do by hand, from the command line: `outreach`."""
