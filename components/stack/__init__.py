"""What the program makes of a stack's config."""
