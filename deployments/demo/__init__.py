"""Three days of a fashion shop on this machine: a made-up catalogue, the sandbox shop, and both flows."""
