"""Where it runs: the command, the deployments, the sandbox. No business rule."""
