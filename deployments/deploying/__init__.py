"""What a Prefect server is to know of shops, what it knows, and the way from one to the other."""
