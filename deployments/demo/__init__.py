"""Three days of a fashion shop and its ERP on this machine: made-up files, people and orders, and nearly every flow."""
