"""The kinds of requests that the product sends to a shop, and the proof of each."""
