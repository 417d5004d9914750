"""Where two versions of a pack answer otherwise: regions of all patients, proved, each with a witness."""
