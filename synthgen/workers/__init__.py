"""Who does independent tasks: this process, or several beside it. Callers know a list of tasks; users choose who."""
