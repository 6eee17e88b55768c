from tests.ingest.openlineage.conftest import api, full_allowance

__all__ = ["api", "full_allowance"]
