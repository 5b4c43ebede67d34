"""Affairs of members: development, dues, arrears."""
