"""What is done with each kind of message: claims, payments, reversals, credits, pauses."""
