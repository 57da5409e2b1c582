"""What only tools ask for: brought to a page as an archive of its own, when one does."""
