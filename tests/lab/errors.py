"""The one error of the lab."""


class UnavailableError(Exception):
    """A part of the lab cannot be had; the text is the reason, in one line."""
