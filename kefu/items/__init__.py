"""Items: one module a kind. `score` is the one definition of a score."""

from kefu.items.item import CREDITS, KINDS, LANGS, LEVELS, Complaint, Item, Score, kind_module, score

__all__ = ["CREDITS", "KINDS", "LANGS", "LEVELS", "Complaint", "Item", "Score", "kind_module", "score"]
