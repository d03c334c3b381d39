"""JSON Schemas as sets of values: what a schema means, whether one set lies inside another, and what shows it."""
