"""One module per command of `passerelle`; Prefect is imported inside the commands that need it."""
