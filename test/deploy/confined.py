# Runs a program as a unit's SystemCallFilter, RestrictAddressFamilies, NoNewPrivileges and ProcSubset do.
# Words: the allowed system calls with commas between, the address families (numbers) likewise, then the program's.
# As root it gives the program a /proc of its own, with processes alone.
import ctypes
import os
import sys

CALLS, FAMILIES, WORDS = sys.argv[1].split(","), sys.argv[2].split(","), sys.argv[3:]
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO
EPERM = 1
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000

libc = ctypes.CDLL(None, use_errno=True)
seccomp = ctypes.CDLL("libseccomp.so.2")
seccomp.seccomp_init.restype = ctypes.c_void_p


class Compared(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def check(result):
    if result < 0:
        sys.exit(f"seccomp: {os.strerror(-result)}")


if os.geteuid() == 0 and libc.unshare(CLONE_NEWNS) == 0:
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    if libc.mount(b"proc", b"/proc", b"proc", 0, b"subset=pid") == 0:
        print("processes alone", file=sys.stderr)

context = ctypes.c_void_p(seccomp.seccomp_init(REFUSE | EPERM))
add = seccomp.seccomp_rule_add_array
for name in CALLS:
    number = seccomp.seccomp_syscall_resolve_name(name.encode())
    if name == "socket" or number == -1:
        continue
    check(add(context, ctypes.c_uint32(ALLOW), number, 0, None))
socket = seccomp.seccomp_syscall_resolve_name(b"socket")
for family in FAMILIES:
    equal = Compared(0, 4, int(family), 0)  # SCMP_CMP_EQ
    check(add(context, ctypes.c_uint32(ALLOW), socket, 1, ctypes.byref(equal)))
check(seccomp.seccomp_load(context))
os.execvp(WORDS[0], WORDS)
