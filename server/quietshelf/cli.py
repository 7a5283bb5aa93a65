"""The command `quietshelf`: parses, calls one function, prints."""
