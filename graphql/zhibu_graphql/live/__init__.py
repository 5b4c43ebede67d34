"""Subscriptions: objects that are sent anew whenever they change, over graphql-transport-ws."""
