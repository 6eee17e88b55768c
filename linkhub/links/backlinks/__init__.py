"""LinkHub's address in the notes of the W&B runs that links lead to: see README.md."""
