"""What the pages of goals show: the selectors' values as components."""
