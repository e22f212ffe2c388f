"""Programs that fit one model, draw rows and write what that took; each runs as a script, in its own environment."""
