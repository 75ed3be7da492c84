"""One file a family of paths: functions from a call to an answer."""
