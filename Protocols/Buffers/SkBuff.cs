// struct sk_buff (include/linux/skbuff.h): one packet's bytes with head and tail room, and what the layers note on it.
// It has one owner at a time, and a message moves it: whoever handles it passes it on, keeps it or frees it.

using System.Diagnostics;

namespace ActorNet.Protocols;

/// <summary>How far a packet's transport checksum is known (CHECKSUM_* of skbuff.h).</summary>
public enum SkbChecksum : byte
{
    /// <summary>Not verified (in), or already written (out).</summary>
    NONE = 0,

    /// <summary>Verified by the device, or needless (loopback).</summary>
    UNNECESSARY = 1,

    /// <summary>The device summed the whole packet.</summary>
    COMPLETE = 2,

    /// <summary>Out: the transport checksum field is still to be filled by who puts the packet on a real wire.</summary>
    PARTIAL = 3,
}

/// <summary>Whom a frame was for (PACKET_* of if_packet.h).</summary>
public enum PacketType : byte { HOST = 0, BROADCAST = 1, MULTICAST = 2, OTHERHOST = 3, OUTGOING = 4, LOOPBACK = 5 }

/// <summary>A packet. From <see cref="SkBuffPool.Alloc"/>; freed once, by its owner, with <see cref="Free"/>.</summary>
public sealed partial class SkBuff
{
    private readonly SkBuffPool _pool;
    private int _data, _tail;
    private bool _inUse;

    internal SkBuff(SkBuffPool pool, int sizeClass, byte[] head)
    {
        _pool = pool;
        SizeClass = sizeClass;
        Head = head;
    }

    /// <summary>The whole buffer. Offsets below count from its start.</summary>
    public byte[] Head { get; }

    internal int SizeClass { get; }

    /// <summary>The next packet of a batch or queue; a batch moves as its first packet.</summary>
    public SkBuff? Next;

    /// <summary>The previous packet, where a queue needs both directions.</summary>
    public SkBuff? Prev;

    public SkBuffPool Pool => _pool;

    /// <summary>What it counts for in a socket's accounting: the buffer and the book-keeping (skb->truesize).</summary>
    public int Truesize => Head.Length + 256;

    public int DataOffset => _data;

    public int Length => _tail - _data;

    public int Headroom => _data;

    public int Tailroom => Head.Length - _tail;

    public Span<byte> Data => Head.AsSpan(_data, _tail - _data);

    // Header offsets from the start of Head, or -1 where not set (skb_mac_header and its like).
    public int MacHeader, NetworkHeader, TransportHeader;

    /// <summary>EtherType, host order (skb->protocol).</summary>
    public ushort Protocol;

    public PacketType PacketType;
    public SkbChecksum IpSummed;

    /// <summary>
    /// Its transport's checksum was computed from the bytes that it has, whichever host it comes to: a device that sums what arrives (rx-checksumming) would find
    /// it right, and need not look. Who changes a byte of it, as a wire that corrupts does, takes this back.
    /// </summary>
    public bool IsSumRight;

    /// <summary>Payload bytes per segment when this packet stands for several (GSO/GRO); 0 for one.</summary>
    public int GsoSize, GsoSegs;

    /// <summary>The interface it came in by or leaves by; 0 for none yet.</summary>
    public int IfIndex;

    public uint Mark;
    public int Priority;

    /// <summary>When it was received or sent (skb->tstamp).</summary>
    public Instant Tstamp;

    /// <summary>What a transport asks of IP, and what IP tells a transport (struct flowi, inet_skb_parm).</summary>
    public IpControl Ip;

    /// <summary>TCP's notes (struct tcp_skb_cb).</summary>
    public TcpControl Tcp;

    /// <summary>Data from the given offset of Head to the end of the packet.</summary>
    public Span<byte> From(int headOffset) => Head.AsSpan(headOffset, _tail - headOffset);

    /// <summary>skb_reserve: moves an empty packet's start, making head room.</summary>
    public void Reserve(int bytes)
    {
        Debug.Assert(_data == _tail, "only an empty packet reserves");
        if (bytes < 0 || _tail + bytes > Head.Length) throw new ArgumentOutOfRangeException(nameof(bytes));
        _data += bytes;
        _tail += bytes;
    }

    /// <summary>skb_push: makes room for a header in front and gives it, uncleared.</summary>
    public Span<byte> Push(int bytes)
    {
        if ((uint)bytes > (uint)_data) throw new ArgumentOutOfRangeException(nameof(bytes), "no head room (skb_under_panic)");
        _data -= bytes;
        return Head.AsSpan(_data, bytes);
    }

    /// <summary>skb_pull: takes a header off the front.</summary>
    public void Pull(int bytes)
    {
        if ((uint)bytes > (uint)(_tail - _data)) throw new ArgumentOutOfRangeException(nameof(bytes));
        _data += bytes;
    }

    /// <summary>skb_put: extends the end and gives the new bytes, uncleared.</summary>
    public Span<byte> Put(int bytes)
    {
        if ((uint)bytes > (uint)(Head.Length - _tail)) throw new ArgumentOutOfRangeException(nameof(bytes), "no tail room (skb_over_panic)");
        _tail += bytes;
        return Head.AsSpan(_tail - bytes, bytes);
    }

    public void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Put(bytes.Length));

    /// <summary>skb_scrub_packet: forgets all that the host it comes from has noted on it. The bytes stay.</summary>
    public void Scrub()
    {
        Orphan();
        MacHeader = NetworkHeader = TransportHeader = -1;
        IpSummed = SkbChecksum.NONE;
        Mark = 0;
        Priority = 0;
        Ip = default;
        Tcp = default;
        LinearTruesize = LinearRoom = 0;
    }

    /// <summary>skb_trim: cuts the packet to a length; longer than it is does nothing.</summary>
    public void Trim(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length < Length) _tail = _data + length;
    }

    /// <summary>skb_copy: an own packet with the same room, bytes and notes, not chained.</summary>
    public SkBuff Copy()
    {
        SkBuff copy = _pool.Alloc(Head.Length);
        copy._data = _data;
        copy._tail = _tail;
        Head.AsSpan(_data, Length).CopyTo(copy.Head.AsSpan(_data));
        if (MacHeader >= 0 && MacHeader < _data) Head.AsSpan(MacHeader, _data - MacHeader).CopyTo(copy.Head.AsSpan(MacHeader));
        copy.MacHeader = MacHeader;
        copy.NetworkHeader = NetworkHeader;
        copy.TransportHeader = TransportHeader;
        copy.Protocol = Protocol;
        copy.PacketType = PacketType;
        copy.IpSummed = IpSummed;
        copy.IsSumRight = IsSumRight;
        copy.GsoSize = GsoSize;
        copy.GsoSegs = GsoSegs;
        copy.IfIndex = IfIndex;
        copy.Mark = Mark;
        copy.Priority = Priority;
        copy.Tstamp = Tstamp;
        copy.Ip = Ip;
        copy.Tcp = Tcp;
        copy.LinearTruesize = LinearTruesize;
        copy.LinearRoom = LinearRoom;
        return copy;
    }

    /// <summary>kfree_skb_reason / consume_skb: gives this packet (not its chain) back. A second time is a bug and throws.</summary>
    public void Free()
    {
        if (!_inUse) throw new InvalidOperationException("SkBuff freed twice");
        _inUse = false;
        Orphan();
        _pool.Return(this);
    }

    /// <summary>Frees this packet and all that follow it in its chain; says how many.</summary>
    public int FreeChain()
    {
        int n = 0;
        for (SkBuff? skb = this; skb is not null; n++)
        {
            SkBuff? next = skb.Next;
            skb.Free();
            skb = next;
        }

        return n;
    }

    /// <summary>How often this object has been handed out.</summary>
    public uint Life { get; private set; }

    /// <summary>It has not been freed since <see cref="Life"/> was this: for who must clear up after a bug, and cannot know how far it came.</summary>
    public bool IsAlive(uint life) => _inUse && Life == life;

    internal void Reset()
    {
        _inUse = true;
        Life++;
        Charge = DropCount = 0;
        _data = _tail = 0;
        Next = Prev = null;
        MacHeader = NetworkHeader = TransportHeader = -1;
        Protocol = 0;
        PacketType = PacketType.HOST;
        IpSummed = SkbChecksum.NONE;
        IsSumRight = false;
        GsoSize = GsoSegs = IfIndex = Priority = 0;
        Mark = 0;
        Tstamp = default;
        Ip = default;
        Tcp = default;
        LinearTruesize = LinearRoom = 0;
    }
}
