"""Audits: plant patients who do not exist, learn, and see how surely an attacker tells who was planted."""
