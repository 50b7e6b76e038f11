"""Marking from data: what a learner answered is read, nothing a learner wrote is run."""
