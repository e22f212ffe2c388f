"""How files come about and are read, whatever is in them: whole or not at all, by one process at a time."""
