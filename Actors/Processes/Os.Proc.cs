// Files with a path, as a program sees them: those of /proc.

using System.Text;

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Open> _opens = new();
    private readonly FreeList<Syscall.Lseek> _lseeks = new();
    private readonly FreeList<Syscall.Getdents> _getdents = new();

    /// <summary>open(2): /proc/net/*, /proc/sys/net/*.</summary>
    public ValueTask<int> Open(string path, FileFlags flags = FileFlags.RDONLY) => Int(OpenCall(path, flags));

    public ValueTask<SysResult> TryOpen(string path, FileFlags flags = FileFlags.RDONLY) => Try(OpenCall(path, flags));

    /// <summary>lseek(2).</summary>
    /// <param name="whence">SEEK_SET, SEEK_CUR, SEEK_END: 0, 1, 2.</param>
    public ValueTask<int> Lseek(int fd, long offset, int whence) => Int(LseekCall(fd, offset, whence));

    public ValueTask<SysResult> TryLseek(int fd, long offset, int whence) => Try(LseekCall(fd, offset, whence));

    /// <summary>getdents64(2).</summary>
    public ValueTask<SysResult> TryGetdents(int fd, Memory<byte> buffer)
    {
        Syscall.Getdents call = _getdents.Rent();
        call.Fd = fd;
        call.Buffer = buffer;
        return Try(call);
    }

    /// <summary>A whole file's text: open, read to the end, close.</summary>
    public async ValueTask<string> ReadFile(string path)
    {
        int fd = await Open(path);
        var text = new StringBuilder();
        byte[] buffer = new byte[65_536];
        while (true)
        {
            int n = await Read(fd, buffer);
            if (n == 0) break;
            text.Append(Encoding.Latin1.GetString(buffer, 0, n));
        }

        await Close(fd);
        return text.ToString();
    }

    /// <summary>`echo VALUE > PATH`.</summary>
    public async ValueTask WriteFile(string path, string value)
    {
        int fd = await Open(path, FileFlags.WRONLY | FileFlags.TRUNC);
        try
        {
            await Write(fd, Encoding.Latin1.GetBytes(value));
        }
        finally
        {
            await TryClose(fd);
        }
    }

    private Syscall.Open OpenCall(string path, FileFlags flags)
    {
        Syscall.Open call = _opens.Rent();
        call.Path = path;
        call.Flags = flags;
        return call;
    }

    private Syscall.Lseek LseekCall(int fd, long offset, int whence)
    {
        Syscall.Lseek call = _lseeks.Rent();
        call.Fd = fd;
        call.Offset = offset;
        call.Whence = whence;
        return call;
    }
}
