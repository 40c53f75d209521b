// ioctl(2), what a socket's machine knows: sock_gettstamp (net/core/sock.c), and the protocol's own (sk_prot->ioctl).

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>Bytes of struct timeval and struct timespec.</summary>
    private const int TimeSize = 16;

    private LastStamp _lastStamp;

    /// <summary>sk_stamp: when the packet came that was read last: none has been; one has, before anyone asked; it is known.</summary>
    private enum LastStamp : byte { Never, NotKept, Kept }

    /// <summary>Answers a request about the socket. EINVAL in this state; EFAULT: the argument has no room for the answer; ENOTTY: not known to this protocol.</summary>
    /// <param name="argument">What the caller's pointer points to; empty for the null pointer.</param>
    public SysResult Ioctl(IoctlCmd cmd, Span<byte> argument, Instant now)
    {
        switch (cmd)
        {
            case IoctlCmd.SIOCGSTAMP or IoctlCmd.SIOCGSTAMP_NEW: return GetStamp(argument, 1000, now);
            case IoctlCmd.SIOCGSTAMPNS or IoctlCmd.SIOCGSTAMPNS_NEW: return GetStamp(argument, 1, now);
            default:
                Errno e = Ioctl(cmd, out int value);
                if (e != Errno.OK) return e;
                if (argument.Length < sizeof(int)) return Errno.EFAULT;
                BinaryPrimitives.WriteInt32LittleEndian(argument, value);
                return 0;
        }
    }

    /// <summary>The protocol's own requests, which all give an int (sk_prot->ioctl). ENOTTY: it knows no such request.</summary>
    protected virtual Errno Ioctl(IoctlCmd cmd, out int value)
    {
        value = 0;
        return Errno.ENOTTY;
    }

    // sock_write_timestamp: a packet was read and no control message told when it came. Only who has asked once has it kept.
    private void NoteStamp(Instant stamp)
    {
        if (Bit(SockBits.Stamped)) KeepStamp(stamp);
        else if (_lastStamp == LastStamp.Never) _lastStamp = LastStamp.NotKept;
    }

    private void KeepStamp(Instant stamp)
    {
        UserOptions.LastStamp = stamp;
        _lastStamp = LastStamp.Kept;
    }

    private SysResult GetStamp(Span<byte> argument, int unit, Instant now)
    {
        SetBit(SockBits.Stamped, true);
        if (_lastStamp == LastStamp.Never) return Errno.ENOENT;
        if (_lastStamp == LastStamp.NotKept) KeepStamp(now); // as good as it gets
        if (argument.Length < TimeSize) return Errno.EFAULT;
        WriteTime(argument, UserOptions.LastStamp, unit);
        return 0;
    }
}
