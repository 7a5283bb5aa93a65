"""The decisions: pure functions over frozen dataclasses. Imports the standard library, nothing else.

Time enters as an argument, texts do not leave: a rule returns figures, the pages say them in a sentence.
"""
