"""Pure: pictures by their names, and what is to be sent of them."""
