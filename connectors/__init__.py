"""The outside: one file or folder per system; its wire format in, our words out."""
