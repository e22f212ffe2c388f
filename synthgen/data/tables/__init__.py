"""Tables in files: what reads and writes them."""
