"""What the module adds to the webservice: against the sandbox, or a real shop where it is installed."""
