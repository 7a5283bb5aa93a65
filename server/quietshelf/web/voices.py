"""The voice in which a page speaks to who is signed in. The sentences are wording.py's."""

from quietshelf.web.accounts import account
from quietshelf.web.context import now, site, zone
from quietshelf.web.wording import Voice


def voice() -> Voice:
    """Today's, on this shop's clock, with money for managers."""
    return Voice(now(), zone(), site().currency, account().is_manager)
