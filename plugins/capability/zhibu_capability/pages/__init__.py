"""Pages of the portrait: the branch in a period, one number with what it is made of, a panel."""
