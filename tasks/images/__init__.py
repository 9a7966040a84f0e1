"""Pictures of the products, into the shop."""
