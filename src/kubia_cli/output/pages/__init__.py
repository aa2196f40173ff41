"""Pages that a person reads: plain functions from the engines' own JSON to lines."""
