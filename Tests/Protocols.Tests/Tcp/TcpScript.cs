// A conversation with one machine in packet notation: the test plays the peer, word for word, in virtual time.
// Sequence numbers count from each side's SYN, as in packetdrill; timestamps are milliseconds since the run began (tcp_timestamps = 2).

namespace ActorNet.Protocols.Tests.Tcp;

internal sealed partial class TcpScript : IDisposable
{
    private const uint PeerIsn = 0xFFFF_F000; // wraps soon: nothing may depend on the sign
    private readonly Queue<(Instant At, SkBuff Skb)> _out = new();
    private uint _isn;
    private bool _isnKnown;

    public TcpScript(Action<NetSysctl>? sysctl = null)
    {
        Host = new TcpHost("dut", IpAddress.FromV4(192, 168, 0, 1), new SkBuffPool(), 42);
        Host.Net.Sysctl.tcp_timestamps = 2;
        sysctl?.Invoke(Host.Net.Sysctl);
    }

    public static IpAddress PeerAddress { get; } = IpAddress.FromV4(192, 0, 2, 1);

    public TcpHost Host { get; }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(100);

    /// <summary>The socket under test: the accepted or the connecting one.</summary>
    public TcpSock Sock { get; set; } = null!;

    public TcpSock Listener { get; private set; } = null!;

    public NetnsMib Mib => Host.Net.Mib;

    /// <summary>A passive open whose handshake is done, as most scripts begin: RTT 100 ms.</summary>
    public static TcpScript Accepted(string synOptions = "mss 1000,sackOK,nop,nop,nop,wscale 7", string window = "257", Action<NetSysctl>? sysctl = null)
    {
        var s = new TcpScript(sysctl);
        s.Listen();
        s.Inject($"S 0:0(0) win 32792 <{synOptions}>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Sleep(100);
        string ts = synOptions.Contains("TS", StringComparison.Ordinal) ? $" <nop,nop,TS val 1001 ecr {s.Now.Milliseconds - 100}>" : string.Empty;
        s.Inject($". 1:1(0) ack 1 win {window}{ts}");
        s.Accept();
        return s;
    }

    public void Listen(int backlog = 8) => Listener = Host.Listen(8080, Now, backlog);

    public TcpSock Accept()
    {
        Assert.True(Listener.TryAccept(out TcpSock? child), "a connection waits");
        Assert.Equal(TcpState.ESTABLISHED, child.State);
        return Sock = child;
    }

    public void Connect()
    {
        Sock = Host.Connect(SockAddr.In(PeerAddress, 8080), 40_000, Now);
        Collect();
    }

    /// <summary>Lets time pass, timers and all.</summary>
    public void Sleep(double milliseconds)
    {
        Instant end = Now + Duration.FromMicroseconds((long)(milliseconds * 1000));
        while (_backlog is null && Host.NextTimer <= end)
        {
            Now = Instant.Max(Now, Host.NextTimer);
            Host.OnTimer(Now);
            Collect();
        }

        Now = end;
    }

    public void Inject(string packet)
    {
        PacketNotation p = PacketNotation.Parse(packet);
        byte[] options = p.OptionBytes(_isn);
        SkBuff skb = Host.Net.Pool.Alloc(128, 60 + p.Length);
        Span<byte> b = skb.Put(20 + options.Length + p.Length);
        ushort port = Sock is not null && Listener is null ? (ushort)40_000 : (ushort)8080;
        ushort from = Listener is null ? (ushort)8080 : (ushort)40_000;
        TcpHeader.Emit(b, from, port, PeerIsn + p.Seq, p.Ack is { } ack ? _isn + ack : 0, 20 + options.Length, p.Flags, (ushort)(p.Window ?? 65_535), (ushort)(p.Urgent ?? 0));
        options.CopyTo(b[20..]);
        for (int i = 0; i < p.Length; i++) b[20 + options.Length + i] = Byte(p.Seq + (uint)i);
        skb.Ip.Saddr = PeerAddress;
        skb.Ip.Daddr = Host.Address;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        if (_backlog is not null)
        {
            Wait(skb);
            return;
        }

        Host.Rcv(skb, Now);
        Collect();
    }

    /// <summary>What the peer's byte at this relative sequence number is.</summary>
    public static byte Byte(uint seq) => (byte)(seq * 7 + 3);

    /// <summary>The next packet, or run of packets in sequence as long as the script's, must be this one, sent now.</summary>
    public void Expect(string packet) => ExpectAt(packet, Now, Duration.Zero);

    /// <summary>The next packet leaves so many milliseconds from now (within a tolerance), and not before.</summary>
    public void ExpectAfter(double milliseconds, string packet, double tolerance = 2)
    {
        Assert.True(_out.Count == 0, $"'{packet}' should come later than {(_out.Count > 0 ? Describe(_out.Peek().Skb) : string.Empty)}");
        Instant due = Now + Duration.FromMicroseconds((long)(milliseconds * 1000));
        Duration slack = Duration.FromMicroseconds((long)(tolerance * 1000));
        while (_out.Count == 0 && Host.NextTimer <= due + slack)
        {
            Now = Instant.Max(Now, Host.NextTimer);
            Host.OnTimer(Now);
            Collect();
        }

        if (_out.Count == 0) Assert.Fail($"'{packet}' did not come within {milliseconds} ms; next timer at {Host.NextTimer}");
        ExpectAt(packet, due, slack);
    }

    private void ExpectAt(string packet, Instant due, Duration slack)
    {
        PacketNotation e = PacketNotation.Parse(packet);
        Assert.True(_out.TryDequeue(out (Instant At, SkBuff Skb) first), $"expected '{packet}', but nothing was sent");
        string seen = Describe(first.Skb);
        var th = new TcpHeader(first.Skb.Data);
        int length = first.Skb.Length - th.Length;
        TcpFlags flags = th.Flags;
        uint seq = th.Seq.Value, ack = th.AckSeq.Value;
        string options = PacketNotation.Describe(th.Options, PeerIsn);
        int window = th.Window, urgent = th.UrgentPointer;
        Instant at = first.At;
        Assert.True(InternetChecksum.IsValid(first.Skb.Data, InternetChecksum.PseudoHeader(Host.Address, PeerAddress, 6, first.Skb.Length)), "checksum");
        first.Skb.Free();
        while (length < e.Length && _out.TryPeek(out (Instant At, SkBuff Skb) more))
        {
            var next = new TcpHeader(more.Skb.Data);
            if (next.Seq.Value != seq + (uint)length) break;
            seen += " + " + Describe(more.Skb);
            length += more.Skb.Length - next.Length;
            flags = next.Flags;
            _out.Dequeue().Skb.Free();
        }

        string said = $"expected '{packet}', sent '{seen}' at {at}";
        Assert.True(at <= due + slack && at >= due - slack, $"{said}, due {due}");
        Assert.True(flags == e.Flags && length == e.Length && seq - _isn == e.Seq, said);
        if ((flags & TcpFlags.ACK) != 0) Assert.True(e.Ack == ack - PeerIsn, said);
        if (e.Window is { } w) Assert.True(w == window, said);
        if (e.Urgent is { } u) Assert.True(u == urgent, said);
        if (e.Options != "...") Assert.True((e.Options ?? string.Empty) == options, said);
    }

    /// <summary>Takes whatever was sent next; gives its header in words.</summary>
    public bool TryNext(out string packet)
    {
        packet = string.Empty;
        if (!_out.TryDequeue(out (Instant At, SkBuff Skb) p)) return false;
        packet = Describe(p.Skb);
        p.Skb.Free();
        return true;
    }

    public void ExpectNothing() => Assert.True(_out.Count == 0, _out.Count > 0 ? $"sent '{Describe(_out.Peek().Skb)}'" : string.Empty);

    public SysResult Write(int bytes, MsgFlags flags = MsgFlags.None)
    {
        SysResult r = Sock.Send(new byte[bytes], null, flags, Now);
        Pump();
        return r;
    }

    public SysResult Read(int room, MsgFlags flags = MsgFlags.None)
    {
        SysResult r = Sock.Recv(new byte[room], flags, Now, out _, out _);
        Pump();
        return r;
    }

    public Errno Shutdown(ShutdownHow how)
    {
        Errno e = Sock.Shutdown(how, Now);
        Pump();
        return e;
    }

    public void Close()
    {
        Sock.Close(Now);
        Pump();
    }

    public Errno Set(TcpOpt option, int value) => Set(SockLevel.TCP, (int)option, value);

    public Errno Set(SockOpt option, int value) => Set(SockLevel.SOCKET, (int)option, value);

    private Errno Set(SockLevel level, int option, int value)
    {
        byte[] b = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(b, value);
        Errno e = Sock.Setsockopt(level, option, b, Now);
        Pump();
        return e;
    }

    public void Linger(int seconds)
    {
        byte[] b = new byte[8];
        b[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(b.AsSpan(4), seconds);
        Assert.Equal(Errno.OK, Sock.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_LINGER, b, Now));
    }

    public int Get(TcpOpt option)
    {
        byte[] b = new byte[4];
        Assert.Equal(Errno.OK, Sock.Getsockopt(SockLevel.TCP, (int)option, b, out _, Now));
        return BinaryPrimitives.ReadInt32LittleEndian(b);
    }

    /// <summary>A field of TCP_INFO by its offset.</summary>
    public uint Info(int offset)
    {
        byte[] b = new byte[TcpSock.TcpInfoLength];
        Assert.Equal(Errno.OK, Sock.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_INFO, b, out _, Now));
        return offset < 8 ? b[offset] : BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(offset));
    }

    public uint Cwnd => Info(80);

    public uint Ssthresh => Info(76);

    public void Icmp(Errno errno, bool fatal, int mtu, uint seq)
    {
        var error = new IcmpErrorInfo(3, (byte)(mtu > 0 ? 4 : 0), errno, fatal, mtu, _isn + seq, PeerAddress);
        if (_backlog is not null) Sock.IcmpErrorLocked(error, Now);
        else Sock.IcmpError(error, Now);
        Pump();
    }

    public void Pump()
    {
        Host.Pump(Now);
        Collect();
    }

    private void Collect()
    {
        while (Host.Out.TryDequeue(out SkBuff? skb))
        {
            var th = new TcpHeader(skb.Data);
            if (th.Syn && !_isnKnown)
            {
                _isn = th.Seq.Value;
                _isnKnown = true;
            }

            _out.Enqueue((Now, skb));
        }
    }

    /// <summary>A new conversation starts: the next SYN sets the numbers afresh.</summary>
    public void ForgetIsn() => _isnKnown = false;

    private string Describe(SkBuff skb)
    {
        var th = new TcpHeader(skb.Data);
        int length = skb.Length - th.Length;
        uint seq = th.Seq.Value - _isn;
        string ack = th.Ack ? $" ack {th.AckSeq.Value - PeerIsn}" : string.Empty;
        return $"{PacketNotation.Describe(th.Flags)} {seq}:{seq + (uint)length}({length}){ack} win {th.Window} <{PacketNotation.Describe(th.Options, PeerIsn)}>";
    }

    public void Dispose()
    {
        Host.Destroy();
        while (_out.TryDequeue(out (Instant At, SkBuff Skb) p)) p.Skb.Free();
        Assert.Equal(0, Host.Net.Pool.Outstanding);
    }
}
