"""A tenant from birth to erasure: suspended, resumed, exported, imported elsewhere, erased."""
