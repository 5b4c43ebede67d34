"""Pages of learning: one's own training, a branch's, and adding what several took part in."""
