"""The agent on a shelf node: load cells in, whole counts out."""
