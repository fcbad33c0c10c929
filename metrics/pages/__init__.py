"""What the pages of numbers show: selectors in, components out. No queries of their own, no HTTP."""
