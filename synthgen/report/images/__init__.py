"""What only reports on images need."""
