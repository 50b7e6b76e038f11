"""Kefu: a Jupyter course and assessment kit. What a notebook says is here; the rest is in the modules."""

from typing import Any

__all__ = ["ask", "cover", "hand_in", "mark", "passage", "practice"]


def __getattr__(name: str) -> Any:
    """Load the verbs when a notebook asks for them: their libraries take longer than all the rest."""
    if name not in __all__:
        raise AttributeError(f"kefu has no {name}; a notebook says {', '.join(__all__)}")
    from kefu import learn

    return getattr(learn, name)
