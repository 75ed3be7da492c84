"""The contract: canonical messages in their envelope, pure pydantic."""
