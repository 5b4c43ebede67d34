"""`make bench-graphql`: our GraphQL beside PostGraphile and hand-written SQL, on one database, roles and policies."""
