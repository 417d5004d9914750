"""Rule packs on disk."""
