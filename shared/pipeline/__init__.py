"""What happens to one delivery: receive, decode, claim, handle, commit once, ack."""
