"""The gallery of the design system: every component in every state, drawn from the very templates the pages use."""
