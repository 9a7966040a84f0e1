"""A folder of an SSH server as a source of files."""

from connectors.sftp.source import SftpAccess, SftpSource

__all__ = ["SftpAccess", "SftpSource"]
