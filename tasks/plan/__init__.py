"""Pure planning: what the ERP wants against what was confirmed and what the shop has."""
