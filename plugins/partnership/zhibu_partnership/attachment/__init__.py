"""Second attachment: a member of one tenant who lives with a host branch of another for months, and comes home again."""
