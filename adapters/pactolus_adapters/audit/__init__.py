"""Audit stores behind the port `AuditLog`."""
