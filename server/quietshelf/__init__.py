"""Quietshelf: shelves that weigh themselves, and the decisions that follow."""
