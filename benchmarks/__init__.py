"""Measuring LinkHub as ratios to what nothing could beat, each beside its baseline in one run."""
