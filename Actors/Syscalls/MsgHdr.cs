// struct msghdr and struct mmsghdr (include/linux/socket.h, man 2 sendmsg, recvmsg, sendmmsg).

namespace ActorNet.Actors;

/// <summary>A message: where to or from, its data in pieces, its control messages in Linux's 64-bit layout (<see cref="Cmsg"/>).</summary>
public sealed class MsgHdr
{
    /// <summary>UIO_MAXIOV: how many pieces there may be.</summary>
    public const int MaxIov = 1024;

    public MsgHdr(params Memory<byte>[] iov) => Iov = iov;

    /// <summary>sendmsg: the destination, null for the peer. recvmsg: the sender; UNSPEC where the protocol names none.</summary>
    public SockAddr? Name { get; set; }

    /// <summary>Gathered from, or scattered to, in order.</summary>
    public IReadOnlyList<Memory<byte>> Iov { get; set; }

    /// <summary>sendmsg: the control messages. recvmsg: room for them.</summary>
    public Memory<byte> Control { get; set; }

    /// <summary>recvmsg: bytes written to <see cref="Control"/>.</summary>
    public int ControlLength { get; set; }

    /// <summary>recvmsg: MSG_TRUNC, MSG_CTRUNC, MSG_OOB, MSG_EOR, MSG_ERRQUEUE.</summary>
    public MsgFlags Flags { get; set; }

    /// <summary>sendmmsg, recvmmsg: bytes of this one (msg_len).</summary>
    public int Length { get; set; }

    /// <summary>The control messages that recvmsg gave.</summary>
    public ReadOnlySpan<byte> ReceivedControl => Control.Span[..ControlLength];
}

/// <summary>Pieces of memory as one, for machines, which take one span: where there is one piece it is that one.</summary>
internal struct Gathered
{
    private byte[]? _rented;

    /// <summary>The bytes of all pieces; negative is too many pieces.</summary>
    public static long Total(IReadOnlyList<Memory<byte>> iov)
    {
        if (iov.Count > MsgHdr.MaxIov) return -1;
        long total = 0;
        for (int i = 0; i < iov.Count; i++) total += iov[i].Length;
        return total;
    }

    /// <summary>One memory of that length: a piece itself, or room that is rented until <see cref="Return"/>.</summary>
    public Memory<byte> Open(IReadOnlyList<Memory<byte>> iov, int total)
    {
        if (iov.Count == 1) return iov[0];
        if (total == 0) return default;
        _rented = System.Buffers.ArrayPool<byte>.Shared.Rent(total);
        return _rented.AsMemory(0, total);
    }

    /// <summary>Copies the pieces into the room.</summary>
    public readonly void Gather(IReadOnlyList<Memory<byte>> iov)
    {
        if (_rented is null) return;
        int at = 0;
        for (int i = 0; i < iov.Count; i++)
        {
            iov[i].CopyTo(_rented.AsMemory(at));
            at += iov[i].Length;
        }
    }

    /// <summary>Copies so many bytes of the room into the pieces.</summary>
    public readonly void Scatter(IReadOnlyList<Memory<byte>> iov, int count)
    {
        if (_rented is null) return;
        int at = 0;
        for (int i = 0; i < iov.Count && at < count; i++)
        {
            int n = Math.Min(iov[i].Length, count - at);
            _rented.AsMemory(at, n).CopyTo(iov[i]);
            at += n;
        }
    }

    public void Return()
    {
        if (_rented is null) return;
        System.Buffers.ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
