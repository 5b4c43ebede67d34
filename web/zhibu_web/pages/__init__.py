"""The shell's own pages, one module each."""
