"""What the doors take and give: JSON in, with every fault told at once; JSON out."""
