"""Who exists, which plugins are on, with which settings."""
