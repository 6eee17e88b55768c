"""From what a server or the system said to one sentence that a user can act on. Pure."""

from __future__ import annotations

import errno
import re

NO_SPACE = re.compile(r"No space left on device|Check free disk space|Disk quota exceeded")
SHARED_MEMORY = re.compile(r"pre-existing shared memory block")
OTHER_MAJOR = re.compile(r"initialized by PostgreSQL version (\S+), .* version (\S+)")
LOADER = re.compile(
    r"error while loading shared libraries: (.+)|(GLIBC_\S+ not found)|(Exec format error)"
)
NO_ACCOUNT = re.compile(
    r"could not look up effective user ID|local user with ID \d+ does not|unshare failed"
)
RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Configured|Warning): (.+)$", re.MULTILINE)
FATAL = re.compile(r"(?:FATAL|PANIC|initdb: error|Fatal error loading)[^:]*:?\s+(.+)")


def full_disk(where: object) -> str:
    return f"The disk that holds {where} is full: free some space and start again."


def broken_binary(binary: object, detail: str) -> str:
    """`detail` is what the system said when it was asked to run `binary`."""
    return (
        f"{binary} does not run on this machine ({detail}): remove the virtual environment and"
        " start again, or name servers of your own with DATABASE_URL and REDIS_URL."
    )


def other_major(data: object, was: str, now: str) -> str:
    return (
        f"{data} was made by PostgreSQL {was} and this is PostgreSQL {now}: dump it with the old"
        " version and load it into a new LINKHUB_HOME."
    )


def of_system(error: OSError, where: object) -> str:
    """What an `OSError` on the path `where` means to the user."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return full_disk(where)
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{where} cannot be written: choose another folder with LINKHUB_HOME."
        case errno.EEXIST | errno.ENOTDIR:
            return f"{where} is not a folder: choose another one with LINKHUB_HOME."
        case _:
            return f"{where} cannot be used: {error.strerror or error}."


def of_output(server: str, output: str, where: object) -> str:
    """What the last lines that `server` wrote mean; `where` is its data directory."""
    if NO_SPACE.search(output):
        return full_disk(where)
    if found := OTHER_MAJOR.search(output):
        return other_major(where, found[1], found[2])
    if found := LOADER.search(output):
        return broken_binary(server, next(part for part in found.groups() if part))
    if has_orphans(output):
        return (
            f"Processes of an earlier {server} still use {where}: end them, or wait until they end."
        )
    if NO_ACCOUNT.search(output):
        return (
            "This user id has no entry in /etc/passwd, which PostgreSQL needs to make its data:"
            " add one, or name a server of your own with DATABASE_URL."
        )
    return f"{server} did not start: {last_words(output)}"


def of_preparing(text: str, log: object, where: object) -> str:
    """What the traceback in `log` means; `where` is the disk it used."""
    if NO_SPACE.search(text):
        return full_disk(where)
    raised = RAISED.findall(text)
    why = (str(raised[-1]) if raised else last_words(text)).rstrip(".")
    return f"The database could not be made ready: {why} (all of it is in {log})."


def has_orphans(output: str) -> bool:
    """Whether PostgreSQL found processes of a crashed server, which mostly end by themselves."""
    return bool(SHARED_MEMORY.search(output))


def last_words(output: str) -> str:
    """The most telling line of a log's end: the last fatal one, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    fatal = [found[1] for line in lines if (found := FATAL.search(line))]
    return (fatal or lines or ["it said nothing."])[-1]
