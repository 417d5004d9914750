"""Questions about a pack over all patients: the pack as formulas, and a solver that answers within a bound."""
