"""Generative models of images: each draws images given what is known of them."""
