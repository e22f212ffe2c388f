"""A kind of data that the library does not know, lines of text: all that a stranger writes to add one."""
