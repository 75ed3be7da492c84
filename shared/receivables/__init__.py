"""Rules about receivables that poller, forwarder and operators share; reads, never writes."""
