"""Finds out whether a file lies on another machine's disk: SQLite's locks do not hold there."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

NETWORK = frozenset({
    "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.cephfs", "fuse.davfs2", "fuse.glusterfs", "fuse.juicefs",
    "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
})  # fmt: skip
MOUNTS = Path("/proc/self/mounts")


def network_of(file: Path) -> str:
    """Return the kind of network file system that a file lies on; empty where it is a disk, or nobody can tell."""
    try:
        mounts = MOUNTS.read_text(errors="replace")
    except OSError:  # no Linux
        return ""
    kind = kind_of(file.resolve().as_posix(), mounts)
    return kind if kind in NETWORK else ""


def kind_of(path: str, mounts: str) -> str:
    """Return the kind of file system that a path lies on, given the lines of /proc/self/mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        where = fields[1].encode().decode("unicode_escape")  # a space stands as \040
        if PurePosixPath(path).is_relative_to(where) and len(where) >= len(best):
            best, kind = where, fields[2]
    return kind
