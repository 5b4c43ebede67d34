"""Imports from the page: the files as uploaded, the check and the writing in the background, the preview."""
