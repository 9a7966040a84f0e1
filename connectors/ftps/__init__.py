"""A folder of an FTP server over TLS as a source of files."""

from connectors.ftps.source import FtpsAccess, FtpsSource

__all__ = ["FtpsAccess", "FtpsSource"]
