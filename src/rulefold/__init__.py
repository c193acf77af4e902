"""rulefold folds flattened detection rules back into the detections they came from."""

__version__ = "0.1.0"
