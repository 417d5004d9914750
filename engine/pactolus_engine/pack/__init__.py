"""Rule packs: the model, the strict reader, the digest, the compiled form."""
