"""Judging images: features, and one file for each metric. The one place of the judges that trains a network."""
