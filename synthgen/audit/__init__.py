"""Audits: plant or remove patients, learn, and see how surely an attacker tells who was there."""
