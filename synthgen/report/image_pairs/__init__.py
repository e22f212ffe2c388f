"""What only reports on translated images need."""
