// struct file (include/linux/fs.h): what a descriptor refers to. Sockets are the kind there is; a pipe, an eventfd or a /proc file is another subclass.

namespace ActorNet.Actors;

/// <summary>O_*, as fcntl(F_GETFL) shows them.</summary>
[Flags]
public enum FileFlags { RDONLY = 0, WRONLY = 1, RDWR = 2, APPEND = 0x400, NONBLOCK = 0x800, ASYNC = 0x2000, CLOEXEC = 0x80000 }

/// <summary>An open file: shared by the descriptors that dup made, and kept by the calls that are at work on it.</summary>
internal abstract class OpenFile(FileFlags flags)
{
    public FileFlags Flags { get; set; } = flags;

    /// <summary>Descriptors plus calls in flight.</summary>
    public int Refs { get; set; }
}

/// <summary>A socket's file (sock_alloc_file).</summary>
internal sealed class SocketFile(Socket socket, FileFlags flags) : OpenFile(flags | FileFlags.RDWR)
{
    public readonly Socket Socket = socket;
}
