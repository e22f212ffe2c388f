"""Differential privacy: guarantees given while data is read, each read entered in a ledger."""
