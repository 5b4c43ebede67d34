"""The operator's console below /operator: tenants' lives in a browser, for the platform's staff; no data of any member."""
