// put_cmsg (net/core/scm.c): control messages as recvmsg(2) gives them, into the room that msg_control has. What does not fit is cut, and MSG_CTRUNC
// says so; that is never an error.

namespace ActorNet.Protocols;

/// <summary>Writes control messages one behind the other.</summary>
/// <param name="room">msg_control, msg_controllen bytes of it; empty for recvfrom, which asks for none.</param>
public ref struct CmsgWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;
    private int _length;

    /// <summary>What msg_controllen says afterwards: bytes written, padding included.</summary>
    public readonly int Length => _length;

    /// <summary>MSG_CTRUNC once something did not fit, else nothing. Who fills a msghdr ors it to msg_flags.</summary>
    public MsgFlags Flags { get; private set; }

    /// <summary>Adds a message; data that finds no room is cut.</summary>
    public void Put(int level, int type, scoped ReadOnlySpan<byte> data)
    {
        Span<byte> rest = _room[_length..];
        if (rest.Length < Cmsg.HeaderLength)
        {
            Flags |= MsgFlags.CTRUNC;
            return;
        }

        int length = Cmsg.Len(data.Length);
        if (rest.Length < length)
        {
            Flags |= MsgFlags.CTRUNC;
            length = rest.Length;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, (ulong)length);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], level);
        BinaryPrimitives.WriteInt32LittleEndian(rest[12..], type);
        data[..(length - Cmsg.HeaderLength)].CopyTo(rest[Cmsg.HeaderLength..]);
        _length += Math.Min(Cmsg.Space(data.Length), rest.Length);
    }

    /// <summary>Adds a message of one int, in the host's order.</summary>
    public void Put(int level, int type, int value)
    {
        Span<byte> data = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(data, value);
        Put(level, type, data);
    }
}
