"""Reading circle: what a branch read together. The smallest complete plugin; the tutorial builds it."""
