"""The test kit that we use and partners install."""
