"""The GraphQL endpoint: one schema per set of enabled plugins."""
