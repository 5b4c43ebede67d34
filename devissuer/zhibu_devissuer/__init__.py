"""An OpenID issuer for demo databases on loopback; production does not install it."""
