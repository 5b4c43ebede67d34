"""The pages of plugins and roles, contributed through the same hooks as any plugin's pages."""
