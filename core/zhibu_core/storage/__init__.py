"""Files of tenants: sealed objects in a folder or on an S3 server, and the rows that say whose they are."""
