"""Pure translations: our words to the shop's or the ERP's, one file per kind of thing."""
