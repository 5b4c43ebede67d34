"""What is wrong with a file, as a sentence."""


class Fault(Exception):
    """The file is not what was signed."""
