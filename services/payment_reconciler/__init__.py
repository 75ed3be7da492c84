"""payment-reconciler: decides whose money it was, and whether a settlement adds up."""
