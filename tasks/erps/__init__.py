"""What settings and associations mean for each ERP: one module per ERP, imported where it is asked for."""
