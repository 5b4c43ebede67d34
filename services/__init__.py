"""The real servers that tests run against: fetched, built, started on loopback, stopped again."""
