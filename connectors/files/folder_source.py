"""A folder of this machine, or one mounted on it, as a source of files and as a place where files go."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from connectors.files.durable import make_durable
from connectors.files.private import share
from schemas.errors import DeniedError, RefusedError, TransientError
from schemas.offered import CHANGED, EXISTS, GONE, Offered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

_CHUNK_BYTES = 2**20


class FolderSource:
    """The files of one folder; links are not followed, folders in it are left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        """Nothing was opened."""

    async def reconnect(self) -> None:
        """Nothing is connected."""

    async def offered(self) -> list[Offered]:
        """Every file; DeniedError when the folder cannot be read, TransientError when it is away."""
        try:
            entries = list(os.scandir(self._folder))
        except PermissionError as error:
            remedy = "Give the user who runs Passerelle the right to read and change this folder."
            raise DeniedError(error.strerror or "", remedy=remedy, **self._named("list", "")).worded(
                "source_folder_denied"
            ) from error
        except OSError as error:
            remedy = "Check `folder` in settings.toml, and that the folder is mounted."
            raise TransientError(error.strerror or "", remedy=remedy, **self._named("list", "")).worded(
                "source_folder_away"
            ) from error
        looks = [(entry.name, _look(Path(entry.path))) for entry in entries]
        return [_offered(name, look) for name, look in looks if look is not None]

    async def chunks(self, file: Offered) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, as it was offered; RefusedError when it has changed since, is gone or not ours."""
        with self._of_one(file, "read"), self._open(file) as source:
            while chunk := source.read(_CHUNK_BYTES):
                yield chunk
            self._check(file, os.fstat(source.fileno()))

    async def delete(self, file: Offered) -> None:
        """The file is gone, also when it was already; another one under its name stays (RefusedError)."""
        await self._end(file, "delete", None)

    async def rename(self, file: Offered, path: str) -> None:
        """The file is at `path`, also when it was gone already; another one under its name stays (RefusedError)."""
        await self._end(file, "rename", path)

    async def size_of(self, name: str) -> int | None:
        """In bytes; None when there is no such file. TransientError when the folder is away."""
        if not self._folder.is_dir():
            await self.offered()
        look = _look(self._folder / name)
        return look.st_size if look is not None else None

    async def write(self, name: str, content: Path) -> None:
        """The whole file is there under this name, kept by the disk, open to whom the folder is open."""
        with self._of_one_written(name):
            target = self._folder / name
            shutil.copyfile(content, target)
            share(target)
            make_durable(target)

    async def rename_new(self, name: str, to: str) -> None:
        """The file has another name, which no file had; RefusedError when one has."""
        with self._of_one_written(to):
            if _look(self._folder / to) is not None:
                raise RefusedError("a file has this name already", code=EXISTS, **self._named("rename", to))
            (self._folder / name).rename(self._folder / to)
            make_durable(self._folder)

    @contextmanager
    def _of_one_written(self, name: str) -> Iterator[None]:
        """Of a file that is written, a folder that is not there is away, and one that is not ours denies."""
        try:
            yield
        except PermissionError as error:
            remedy = "Give the user who runs Passerelle the right to write into this folder."
            raise DeniedError(error.strerror or "", remedy=remedy, **self._named("write", name)).worded(
                "target_denied"
            ) from error
        except OSError as error:
            remedy = "Check the folder, its disk and the network it lies on. The next run tries again."
            raise TransientError(error.strerror or "", remedy=remedy, **self._named("write", name)).worded(
                "target_away"
            ) from error

    async def _end(self, file: Offered, action: str, path: str | None) -> None:
        target = self._folder / file.path
        look = _look(target)
        if look is None:
            return
        with self._of_one(file, action):
            self._check(file, look)
            if path is None:
                target.unlink(missing_ok=True)
            else:
                target.replace(self._folder / path)

    def _open(self, file: Offered) -> Any:
        descriptor = os.open(self._folder / file.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        return os.fdopen(descriptor, "rb")

    def _check(self, file: Offered, look: os.stat_result) -> None:
        if _offered(file.path, look).version != file.version:
            raise RefusedError("it has changed since it was listed", code=CHANGED, **self._named("read", file.path))

    @contextmanager
    def _of_one(self, file: Offered, action: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise RefusedError("it is no longer there", code=GONE, **self._named(action, file.path)) from error
        except PermissionError as error:
            remedy = "Give the user who runs Passerelle the right to read and change the files of this folder."
            raise RefusedError(error.strerror or "", remedy=remedy, **self._named(action, file.path)).worded(
                "source_file_denied"
            ) from error
        except OSError as error:
            remedy = "Check the disk or the network that the folder lies on. The next run tries again."
            raise TransientError(error.strerror or "", remedy=remedy, **self._named(action, file.path)).worded(
                "source_folder_away"
            ) from error

    def _named(self, action: str, key: str) -> dict[str, Any]:
        return {"system": "folder", "action": action, "key": key or str(self._folder)}


def _look(path: Path) -> os.stat_result | None:
    try:
        look = path.lstat()
    except FileNotFoundError:
        return None
    return look if stat.S_ISREG(look.st_mode) else None


def _offered(name: str, look: os.stat_result) -> Offered:
    # The exact time: two versions within a microsecond are two versions.
    return Offered(name, look.st_size, datetime.fromtimestamp(look.st_mtime, UTC), etag=str(look.st_mtime_ns))
