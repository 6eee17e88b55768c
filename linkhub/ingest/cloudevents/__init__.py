"""CloudEvents 1.0 over HTTP, of which those of Flyte 1 are recorded."""
