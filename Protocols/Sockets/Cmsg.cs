// struct cmsghdr as sendmsg(2) reads it (include/linux/socket.h: CMSG_ALIGN, CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_OK; man 3 cmsg): the layout of a 64-bit
// kernel, eight bytes of length, four of level, four of type, each message padded to eight.

namespace ActorNet.Protocols;

/// <summary>One control message: its level, its type and its data in place.</summary>
public readonly ref struct Cmsg(int level, int type, ReadOnlySpan<byte> data)
{
    /// <summary>sizeof(struct cmsghdr), bytes.</summary>
    public const int HeaderLength = 16;

    /// <summary>SOL_SOCKET, IPPROTO_IP…</summary>
    public int Level { get; } = level;

    public int Type { get; } = type;

    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>CMSG_ALIGN.</summary>
    public static int Align(int length) => length + 7 & ~7;

    /// <summary>CMSG_LEN: header and data, bytes.</summary>
    public static int Len(int dataLength) => HeaderLength + dataLength;

    /// <summary>CMSG_SPACE: what a message takes of the buffer, padding included.</summary>
    public static int Space(int dataLength) => HeaderLength + Align(dataLength);

    /// <summary>The data as an int in the host's order; the caller has seen that there are four bytes.</summary>
    public int Int => BinaryPrimitives.ReadInt32LittleEndian(Data);
}

/// <summary>Walks a control buffer from front to back, for reading what a program sends, or what it was given.</summary>
public ref struct CmsgReader(ReadOnlySpan<byte> control)
{
    private ReadOnlySpan<byte> _rest = control;

    /// <summary>The next message. False at the end: less than a header is left, which is no error.</summary>
    /// <param name="errno">EINVAL: its length is shorter than a header or goes beyond the buffer (not CMSG_OK); the walk ends.</param>
    public bool TryNext(out Cmsg message, out Errno errno)
    {
        message = default;
        errno = Errno.OK;
        if (_rest.Length < Cmsg.HeaderLength) return false;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        if (length < Cmsg.HeaderLength || length > (ulong)_rest.Length)
        {
            errno = Errno.EINVAL;
            _rest = default;
            return false;
        }

        message = new Cmsg(
            BinaryPrimitives.ReadInt32LittleEndian(_rest[8..]), BinaryPrimitives.ReadInt32LittleEndian(_rest[12..]), _rest[Cmsg.HeaderLength..(int)length]);
        int step = Cmsg.Align((int)length);
        _rest = step < _rest.Length ? _rest[step..] : default;
        return true;
    }
}
