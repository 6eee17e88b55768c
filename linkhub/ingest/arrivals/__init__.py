"""Events that other systems send: kept first, recorded together (see README.md)."""
