"""The ledger: rules ask, duties follow from rules, facts meet them."""
