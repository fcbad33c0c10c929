"""Reading files nobody here wrote: bytes to text, text to rows, rows to typed values. Pure; streams of any length."""
