"""The commands of `quietshelf`, a module each: parse, call one function, print. Nothing is decided or booked here."""
