"""Keycloak as the tenants' sign-in: realms, organizations and clients provisioned, checked for drift, disabled."""
