"""The walls around a learner's code: what a process may still do once `confine` has returned.

Landlock (Linux 5.13 and later) closes every file but the interpreter's and one folder; seccomp closes the network, other
processes and the rest of the kernel's doors; resource limits bound what is left. See man landlock(7), seccomp(2).
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from pathlib import Path

LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share", "/etc/localtime", "/etc/fonts",
             "/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/urandom")  # fmt: skip
MEMORY = 2 << 30  # bytes of address space
FILE = 50 << 20  # bytes of one file

# Landlock's rights on files, and how many of them its ABI version knows.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
MAKE_CHAR, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 10, 1 << 11
KNOWN = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}

# System calls of x86-64. DENIED fail; PRETENDED do nothing and say they did, as shutil.copy calls them on a learner's own files.
DENIED = {
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
    "pidfd_open": 434, "pidfd_send_signal": 424, "pidfd_getfd": 438, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311, "process_madvise": 440, "process_mrelease": 448, "kcmp": 312, "socket": 41, "io_uring_setup": 425,
    "bpf": 321, "perf_event_open": 298, "keyctl": 250, "add_key": 248, "request_key": 249, "mount": 165, "umount2": 166,
    "unshare": 272, "setns": 308, "userfaultfd": 323, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
    "setpriority": 141, "sched_setscheduler": 144, "sched_setparam": 142, "sched_setattr": 314, "sched_setaffinity": 203,
    "ioprio_set": 251, "move_pages": 279, "migrate_pages": 256, "setpgid": 109, "setsid": 112, "chroot": 161,
    "pivot_root": 155, "personality": 135, "quotactl": 179, "swapon": 167, "swapoff": 168, "reboot": 169, "init_module": 175,
    "finit_module": 313, "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320, "acct": 163, "settimeofday": 164,
    "clock_settime": 227, "adjtimex": 159, "clock_adjtime": 305, "sethostname": 170, "setdomainname": 171, "iopl": 172,
    "ioperm": 173, "open_by_handle_at": 304, "fanotify_init": 300, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "mknod": 133, "mknodat": 259, "sync": 162,
    "syncfs": 306, "syslog": 103, "vhangup": 153, "quotactl_fd": 443, "socketpair": 53, "connect": 42, "bind": 49,
    "memfd_create": 319, "memfd_secret": 447, "fallocate": 285, "truncate": 76,
}  # fmt: skip
PRETENDED = {
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260,
    "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
    "setxattrat": 463, "removexattrat": 466, "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280,
    "file_setattr": 469,
}  # fmt: skip
CLONE, CLONE3, KILL, TGKILL, PRLIMIT, FCNTL, IOCTL = 56, 435, 62, 234, 302, 72, 16
NEWEST = 470  # a call this table has not heard of is refused
SIGNAL_OWNER = (8, 10, 15)  # fcntl: F_SETOWN, F_SETSIG, F_SETOWN_EX would signal another process
# ioctl: TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX, FIONBIO
ASKED = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5450, 0x5451, 0x5421)
X86_64, THREAD, PERMISSION, NO_CALL = 0xC000003E, 0x10000, 1, 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def confine(folder: Path, seconds: int) -> list[str]:
    """Shut this process in `folder` for good; returns the walls that stand, of limits, landlock and seccomp.

    It keeps reading the interpreter and its libraries. `seconds` is its processor time.
    """
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: FILE, resource.RLIMIT_NOFILE: 256, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = MEMORY
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    walls = ["limits"]
    if sys.platform != "linux":
        return walls
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        return walls
    libc.capset(struct.pack("Ii", 0x20080522, 0), bytes(24))  # where root grades: no power over limits, owners or devices
    if _landlock(libc, folder):
        walls.append("landlock")
    if platform.machine() == "x86_64" and _seccomp(libc):
        walls.append("seccomp")
    return walls


def _landlock(libc: ctypes.CDLL, folder: Path) -> bool:
    abi = libc.syscall(444, None, 0, 1)  # landlock_create_ruleset: ask for its version
    if abi < 1:
        return False
    every = KNOWN[min(abi, 5)]
    network, scoped = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
    rules = struct.pack("QQQ", every, network, scoped)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = libc.syscall(444, rules, len(rules), 0)
    if ruleset < 0:
        return False
    reading, own = EXECUTE | READ_FILE | READ_DIR, every & ~(MAKE_CHAR | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | EXECUTE)
    places = [Path(sys.prefix) / "lib", Path(sys.base_prefix) / "lib", *map(Path, LIBRARIES)]
    for path, rights in [*((place, reading) for place in places), (folder, own), (Path("/dev/null"), READ_FILE | WRITE_FILE)]:
        if path.exists():
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rights &= every if path.is_dir() else EXECUTE | READ_FILE | WRITE_FILE
            failed = libc.syscall(445, ruleset, 1, struct.pack("=QI", rights, fd) + b"\0" * 4, 0)
            os.close(fd)
            if failed:
                return False
    stands = libc.syscall(446, ruleset, 0) == 0
    os.close(ruleset)
    return stands


def _seccomp(libc: ctypes.CDLL) -> bool:
    program = _program(os.getpid())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    return libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(header)), 0, 0) == 0  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def _program(own: int) -> list[tuple[int, int, int, int]]:
    """The filter, as (code, jump if true, jump if false, value) of classic BPF; `own` is the one process it may signal."""
    load, equal, above, any_bit, give = 0x20, 0x15, 0x25, 0x45, 0x06
    deny, pretend, unknown = ERRNO | PERMISSION, ERRNO, ERRNO | NO_CALL

    def when(number: int, *then: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
        return [(equal, 0, len(then), number), *then]

    def argument(n: int) -> tuple[int, int, int, int]:
        return (load, 0, 0, 16 + 8 * n)

    def unless(n: int, refused: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
        tests = [(equal, len(refused) - place, 0, value) for place, value in enumerate(refused)]
        return [argument(n), *tests, (give, 0, 0, ALLOW), (give, 0, 0, deny)]

    def only(n: int, *allowed: int) -> list[tuple[int, int, int, int]]:
        tests = [(equal, len(allowed) - place, 0, value) for place, value in enumerate(allowed)]
        return [argument(n), *tests, (give, 0, 0, deny), (give, 0, 0, ALLOW)]

    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, X86_64),
        (give, 0, 0, deny),
        (load, 0, 0, 0),
        (above, 0, 1, NEWEST),
        (give, 0, 0, unknown),
    ]
    steps += when(CLONE, argument(0), (any_bit, 0, 1, THREAD), (give, 0, 0, ALLOW), (give, 0, 0, deny))
    steps += when(CLONE3, (give, 0, 0, unknown))
    steps += when(KILL, *only(0, own)) + when(TGKILL, *only(0, own)) + when(PRLIMIT, *only(0, 0))
    steps += when(FCNTL, *unless(1, SIGNAL_OWNER)) + when(IOCTL, *only(1, *ASKED))
    for number in DENIED.values():
        steps += when(number, (give, 0, 0, deny))
    for number in PRETENDED.values():
        steps += when(number, (give, 0, 0, pretend))
    return [*steps, (give, 0, 0, ALLOW)]
