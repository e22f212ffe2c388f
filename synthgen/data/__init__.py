"""What the user has: tables, what their columns mean, which rules their rows obey, and how they are divided.

Imports nothing of synthgen but its errors, so that the making and the judging side can both stand on it.
"""
