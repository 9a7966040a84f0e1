"""What is wrong with a shop that can be seen by reading it, and what of that can be mended safely."""
