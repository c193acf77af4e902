"""Detections → events that make them fire: the filters of a query solved, and every set of events checked by a run."""

from rulefold.synthesis.proposing import Proposal, propose, told

__all__ = ["Proposal", "propose", "told"]
