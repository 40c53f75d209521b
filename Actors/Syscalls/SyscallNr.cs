// The calls a program can make, by Linux's name and x86-64 number (arch/x86/entry/syscalls/syscall_64.tbl).

namespace ActorNet.Actors;

/// <summary>Which call: the kernel's name and its x86-64 number, as traces show it.</summary>
public enum SyscallNr : short
{
    read = 0, write = 1, close = 3, poll = 7, dup = 32, dup2 = 33, nanosleep = 35, socket = 41, connect = 42, accept = 43, sendto = 44, recvfrom = 45,
    shutdown = 48, bind = 49, listen = 50, getsockname = 51, getpeername = 52, setsockopt = 54, getsockopt = 55, fcntl = 72, accept4 = 288, dup3 = 292,
}
