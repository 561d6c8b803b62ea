"""What a steward of rules does: run the golden cases, compare rulebooks, see whom a change touches, publish."""
