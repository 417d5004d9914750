"""Packs as FHIR knowledge artifacts."""
