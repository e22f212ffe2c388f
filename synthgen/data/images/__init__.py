"""Images: reading them from what hospitals have, and writing synthetic ones that say what they are."""
