"""An ERP that speaks through files: documents go out as rows of files, and its own files answer them."""
