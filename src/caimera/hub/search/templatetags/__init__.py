"""Words the search pages use for chips, counts, states and times."""
