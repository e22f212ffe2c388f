"""Figures that only reports on tables draw."""
