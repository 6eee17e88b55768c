"""`manage.py doctor`: what of this LinkHub is not well, and what to do about it."""
