"""The composer of witnesses: facts to FHIR and back."""
