"""What only reports on tables need."""
