"""Record runs, actions and links in LinkHub from any Python code."""
