"""What an operator can see from where she sits: is it well, and what to do next if it is not."""
