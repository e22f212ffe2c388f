"""What tables need of their own on the command line, and the verbs that are for tables alone."""
