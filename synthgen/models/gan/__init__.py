"""Generative adversarial networks, in parts that know nothing of each other."""
