"""The core types of the schema and its root fields."""
