"""What images need of their own on the command line."""
