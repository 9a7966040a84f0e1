"""Parameters that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

from deployments.words import said

SHOP_VARIABLE = "PASSERELLE_SHOP"

ShopFolder: TypeAlias = Annotated[
    Path, Parameter(name="--shop", env_var=SHOP_VARIABLE, help=said("The shop's folder; by default this one."))
]
ShopArgument: TypeAlias = Annotated[
    Path, Parameter(env_var=SHOP_VARIABLE, help=said("The shop's folder; by default this one."))
]
AsJson = Annotated[
    bool, Parameter(name="--json", negative=(), help=said("Nothing but lines of JSON, one a row, for scripts."))
]
AsTsv = Annotated[
    bool, Parameter(name="--tsv", negative=(), help=said("The same with tabs between columns, their names first."))
]
