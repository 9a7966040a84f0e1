"""`[erp.files]`: where files for an ERP go, how its own are read, and its words for what became of an order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.setting_values import Section, fault
from schemas.source_settings import FtpServer, RemoteFolder, SshServer
from schemas.status_rules import StatusRule

STATUS_MEMBERS = ("Document", "Tracking")
"""`Document`: the furthest document of an order; `Tracking`: `sent` once a parcel has a number."""
DOCUMENTS = ("order", "preparation", "partial_delivery", "delivery", "invoice")
"""What an order becomes, in the order of its life; `cancelled` beside them."""
TYPES = ("order", "preparation", "delivery", "invoice", "cancelled", "other")
# 3: processing in progress, 4: shipped, 6: cancelled.
ORDER_RULES = (
    StatusRule(member="Document", values=["cancelled"], state=6, final=True),
    StatusRule(member="Document", values=["delivery", "invoice"], state=4),
    StatusRule(member="Document", values=["preparation"], state=3),
)
RETURN_RULES: tuple[StatusRule, ...] = ()
TYPE_WORDS = {
    # Sage 100's DO_Type.
    "0": "other",
    "1": "order",
    "2": "preparation",
    "3": "delivery",
    "4": "other",
    "5": "other",
    "6": "invoice",
    "7": "invoice",
    # Sage's abbreviations.
    "DE": "other",
    "BC": "order",
    "PL": "preparation",
    "BL": "delivery",
    "BR": "other",
    "BA": "other",
    "FA": "invoice",
    "FC": "invoice",
    # Gestimum's DOC_STYPE.
    "P": "other",
    "D": "other",
    "C": "order",
    "B": "delivery",
    "R": "other",
    "F": "invoice",
    "A": "other",
}
"""What an ERP calls a document; `other` leaves the order alone."""


class FolderTarget(Section):
    """`[erp.files.folder]`: a folder of this machine, or one that is mounted on it."""

    path: Annotated[str, Field(min_length=1)] = "to-erp"
    """Relative to the shop's folder, or absolute."""


class SftpTarget(SshServer):
    """`[erp.files.sftp]`: a folder of an SSH server."""

    folder: RemoteFolder = ""
    patience_seconds: Annotated[float, Field(gt=0)] = 60.0


class FtpsTarget(FtpServer):
    """`[erp.files.ftps]`: a folder of an FTP server, over TLS and never without."""

    folder: RemoteFolder = ""
    patience_seconds: Annotated[float, Field(gt=0)] = 60.0


class Files(Section):
    """`[erp.files]`: an ERP that takes files and answers with files of its own."""

    to: Literal["folder", "sftp", "ftps"] = "folder"
    """Where the files of export.json go: the table of that name says the rest."""
    folder: FolderTarget = FolderTarget()
    sftp: SftpTarget | None = None
    ftps: FtpsTarget | None = None
    marker_suffix: str = ""
    """An empty file of the same name plus this follows each file; empty: none does."""
    account: str = ""
    """The ERP's one account for all orders of the shop; empty: one account for each customer."""
    depot: str = ""
    series: str = ""
    """The number series of the documents (Sage: souche)."""
    unconfirmed_days: Annotated[int, Field(ge=1)] = 3
    """An order that no file of the ERP has named for so many days after it was sent is an incident."""
    type_words: dict[str, Literal["order", "preparation", "delivery", "invoice", "cancelled", "other"]] = Field(
        default_factory=dict
    )
    """What the ERP calls its documents, beside the words of Sage and Gestimum."""
    tracking_from: Literal["none", "header_1", "header_2", "header_3", "header_4", "parcel_number", "line"] = "none"
    """Where the number of a parcel is: a field of the document's header, the parcel of a line, or the line of an
    article."""
    tracking_line: str = ""
    """The article of the line whose text is the number of a parcel."""

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Files:
        if self.to != "folder" and getattr(self, self.to) is None:
            raise fault("erp_target", f"the table [erp.files.{self.to}] is missing", "Add it, or set `to`.")
        if self.tracking_from == "line" and not self.tracking_line:
            reason = "nothing says which line bears the number of a parcel"
            raise fault("tracking_line", reason, "Set `tracking_line` to the code of that article.")
        return self

    @property
    def words(self) -> dict[str, str]:
        """Every word for a document, in upper case."""
        return {word.upper(): kind for word, kind in {**TYPE_WORDS, **self.type_words}.items()}
