"""Tests of the strict FHIR R4 reader, over a small pack made in code."""
