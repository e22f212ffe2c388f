"""Choosing, of more rows than were asked for, those that look most like training rows."""
