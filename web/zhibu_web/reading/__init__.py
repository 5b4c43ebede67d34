"""What pages read: set-wise queries, one module a page."""
