"""Everything that touches the outside: FHIR, disk, wire, clock."""
