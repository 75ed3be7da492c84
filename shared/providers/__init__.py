"""The wire dialects of the outside systems; no rules of business."""
