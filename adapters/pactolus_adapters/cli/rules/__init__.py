"""`pactolus rules`: what authors of rule packs do. One file per verb, named after it."""
