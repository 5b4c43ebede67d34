"""Commands about tenants and what lives in them, each a group or a command of `zhibu`."""
