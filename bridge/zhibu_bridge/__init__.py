"""The login bridge: sign-ins that speak no OpenID, each of one tenant, look like a plain OpenID issuer to Keycloak."""
