"""Small sums of each organization's own, which dashboards read; whoever writes facts or memberships keeps them true."""
