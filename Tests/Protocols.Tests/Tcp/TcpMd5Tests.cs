// TCP MD5 signatures, RFC 2385: each answer is what Linux 6.18 gives to the same segment. The digests are made here, not by what is tested.

using System.Security.Cryptography;

namespace ActorNet.Protocols.Tests.Tcp;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 2385 says MD5.")]
public sealed class TcpMd5Tests : IDisposable
{
    private const ushort PeerPort = 50_000, Port = 8080;
    private static readonly byte[] s_key = "secret"u8.ToArray();
    private static readonly byte[] s_mss = [2, 4, 5, 0xB4, 1, 1, 4, 2];
    private static readonly byte[] s_mssStamps = [2, 4, 5, 0xB4, 1, 1, 8, 10, 0, 0, 3, 232, 0, 0, 0, 0];
    private readonly TcpScript _s = new();

    public void Dispose() => _s.Dispose();

    [Fact]
    public void Keys_are_set_and_forgotten_with_linuxs_errnos()
    {
        _s.Listen();
        Assert.Equal(Errno.ENOENT, Key("192.0.2.1", ""));
        Assert.Equal(Errno.OK, Key("192.0.2.1", "k"));
        Assert.Equal(Errno.OK, Key("192.0.2.1", "k2"));
        Assert.Equal(Errno.OK, Key("192.0.2.1", ""));
        Assert.Equal(Errno.ENOENT, Key("192.0.2.1", ""));
        Assert.Equal(Errno.EINVAL, Set(14, Sig("192.0.2.1", "k").AsSpan(..215)));
        Assert.Equal(Errno.OK, Set(14, [.. Sig("192.0.2.1", "k"), 0, 0]));
        Assert.Equal(Errno.EINVAL, Set(14, Sig("192.0.2.1", "k", family: 10)));
        Assert.Equal(Errno.EINVAL, Key("192.0.2.1", new string('k', 80), length: 81));
        Assert.Equal(Errno.OK, Key("192.0.2.1", new string('k', 80)));
        Assert.Equal(Errno.OK, Set(14, Sig("192.0.2.1", "k", flags: 1, prefix: 24))); // the prefix is the other option's
        Assert.Equal(Errno.ENOENT, Set(14, Sig("192.0.2.0", "")));
        Assert.Equal(Errno.EINVAL, Set(32, Sig("192.0.2.1", "k", flags: 1, prefix: 33)));
        Assert.Equal(Errno.OK, Set(32, Sig("192.0.2.1", "k", flags: 1, prefix: 24)));
        Assert.Equal(Errno.ENOENT, Set(32, Sig("192.0.2.0", "", flags: 1, prefix: 24))); // kept as it was given
        Assert.Equal(Errno.OK, Set(32, Sig("192.0.2.1", "", flags: 1, prefix: 24)));
        Assert.Equal(Errno.EINVAL, Set(32, Sig("192.0.2.1", "k", flags: 2, device: 1)));
        Assert.Equal(Errno.OK, Set(32, Sig("192.0.2.1", "k", flags: 4)));
        Assert.Equal(Errno.ENOPROTOOPT, _s.Listener.Getsockopt(SockLevel.TCP, 14, new byte[216], out _, _s.Now));
    }

    [Theory]
    [InlineData(1000, 7)]
    [InlineData(8192, 60)]
    [InlineData(131_072, 963)]
    public void Keys_are_charged_to_optmem_max(int optmem, int most)
    {
        _s.Host.Net.Sysctl.optmem_max = optmem;
        _s.Listen();
        for (int i = 0; i < most; i++) Assert.Equal(Errno.OK, Key($"10.{i >> 8}.{i & 255}.1", "k"));
        Assert.Equal(Errno.ENOMEM, Key("10.9.0.1", "k"));
        Assert.Equal(Errno.OK, Key("10.0.0.1", "other")); // in the place of one
    }

    [Fact]
    public void A_listener_with_a_key_takes_signed_segments_only_and_signs_its_own()
    {
        Listen();
        Assert.Null(Send(TcpFlags.SYN, 100, 0, s_mss, null));
        Assert.Equal(1, _s.Mib[Snmp.TcpExtTCPMD5NotFound]);
        Assert.Null(Send(TcpFlags.SYN, 100, 0, s_mss, "wrong"u8));
        Assert.Equal(1, _s.Mib[Snmp.TcpExtTCPMD5Failure]);
        byte[] synAck = Send(TcpFlags.SYN, 100, 0, s_mss, s_key)!;
        Assert.Equal([1, 1, 19, 18], synAck[20..24]); // before all others
        AssertSigned(synAck);
        uint ack = new TcpHeader(synAck).Seq.Value + 1;
        Assert.Null(Send(TcpFlags.ACK, 101, ack, [], null));
        Assert.Equal(0, _s.Listener.AcceptQueue.Count);
        Assert.Null(Send(TcpFlags.ACK, 101, ack, [], s_key));
        Assert.True(_s.Listener.TryAccept(out TcpSock? child));

        // The child has the key: 1,440 bytes of 1,460 are left for data.
        Assert.Equal(2000, child.Send(new byte[2000], null, MsgFlags.None, _s.Now).Value);
        byte[] first = Take(child)!, second = Take(child)!;
        Assert.Equal((40 + 1440, 40 + 560), (first.Length, second.Length));
        AssertSigned(first);
        AssertSigned(second);
        Assert.Equal(2, _s.Mib[Snmp.TcpExtTCPMD5NotFound]);
        Assert.Null(Send(TcpFlags.RST, 101, 0, [], null, to: child));
        Assert.Equal(TcpState.ESTABLISHED, child.State);
        Assert.Equal(3, _s.Mib[Snmp.TcpExtTCPMD5NotFound]);
        child.Destroy();
    }

    [Fact]
    public void A_signed_segment_without_a_key_is_dropped_and_one_without_a_connection_gets_a_signed_reset()
    {
        _s.Listen();
        Assert.Null(Send(TcpFlags.SYN, 100, 0, s_mss, s_key));
        Assert.Equal(1, _s.Mib[Snmp.TcpExtTCPMD5Unexpected]);
        Assert.Equal(Errno.OK, Key("192.0.2.9", "secret"));
        byte[] rst = Send(TcpFlags.ACK, 500, 600, [], s_key)!;
        Assert.Equal((TcpFlags.RST, 600u), (new TcpHeader(rst).Flags, new TcpHeader(rst).Seq.Value));
        AssertSigned(rst);
    }

    [Fact]
    public void Where_nobody_listens_a_signed_segment_gets_no_reset()
    {
        _s.Listen();
        foreach (bool signed in (bool[])[true, false])
        {
            SkBuff skb = Segment(TcpFlags.SYN, 100, 0, [], signed ? s_key : null);
            Assert.Equal(!signed, TcpReset.TryReply(skb, _s.Host.Net, _s.Now, out SkBuff? rst));
            rst?.Free();
            skb.Free();
        }
    }

    [Fact]
    public void A_prefix_is_for_all_its_peers_and_the_longest_wins()
    {
        _s.Listen();
        Assert.Equal(Errno.OK, Set(32, Sig("10.1.2.3", "any", flags: 1, prefix: 0)));
        AssertSigned(Send(TcpFlags.SYN, 100, 0, s_mss, "any"u8)!, "any"u8);
        Assert.Equal(Errno.OK, Set(32, Sig("192.0.2.77", "net", flags: 1, prefix: 24)));
        Assert.Null(Send(TcpFlags.SYN, 100, 0, s_mss, "any"u8));
        Assert.Equal(1, _s.Mib[Snmp.TcpExtTCPMD5Failure]);
    }

    [Fact]
    public void Time_wait_signs_its_acks_behind_the_timestamps_and_checks_nothing()
    {
        Listen();
        byte[] synAck = Send(TcpFlags.SYN, 100, 0, s_mssStamps, s_key)!;
        uint ack = new TcpHeader(synAck).Seq.Value + 1;
        TcpOptionsReceived.Parse(new TcpHeader(synAck).Options, true, out TcpOptionsReceived o);
        Assert.True(o.SawTimestamp); // without SACK there is room for them
        byte[] stamps = [1, 1, 8, 10, 0, 0, 3, 233, (byte)(o.TsVal >> 24), (byte)(o.TsVal >> 16), (byte)(o.TsVal >> 8), (byte)o.TsVal];
        Send(TcpFlags.ACK, 101, ack, stamps, s_key);
        Assert.True(_s.Listener.TryAccept(out TcpSock? child));
        child.Close(_s.Now);
        AssertSigned(Take(child)!);
        AssertSigned(Send(TcpFlags.ACK | TcpFlags.FIN, 101, ack + 1, stamps, s_key, to: child)!);
        Assert.True(child.TryTakeTimewait(out TcpTimewait? timewait));
        SkBuff stray = Segment(TcpFlags.ACK, 90, ack + 1, stamps, null, data: 3);
        TcpTimewaitAck(timewait, stray);
        Assert.Equal(0, _s.Mib[Snmp.TcpExtTCPMD5NotFound]);
    }

    [Fact]
    public void A_signed_syn_offers_no_timestamps()
    {
        TcpSock sk = _s.Host.Socket();
        sk.Local = SockAddr.In(_s.Host.Address, Port);
        Assert.Equal(Errno.OK, sk.Setsockopt(SockLevel.TCP, 14, Sig("192.0.2.9", "secret"), _s.Now));
        Assert.Equal(Errno.EINPROGRESS, sk.Connect(SockAddr.In(IpAddress.FromV4(192, 0, 2, 9), PeerPort), _s.Host.Route, _s.Now));
        byte[] syn = Take(sk)!;
        AssertSigned(syn);
        TcpOptionsReceived.Parse(new TcpHeader(syn).Options, true, out TcpOptionsReceived o);
        Assert.False(o.SawTimestamp);
        Assert.True(o.SackPermitted && o.SawWindowScale && o.Mss == 1460);
    }

    private void TcpTimewaitAck(TcpTimewait timewait, SkBuff stray)
    {
        Assert.Equal(TimewaitVerdict.Ack, timewait.Rcv(stray, _s.Now, out SkBuff? reply));
        byte[] ack = reply!.Data.ToArray();
        reply.Free();
        Assert.Equal([1, 1, 19, 18], ack[32..36]);
        AssertSigned(ack);
    }

    private void Listen()
    {
        _s.Listen();
        Assert.Equal(Errno.OK, Key("192.0.2.9", "secret"));
    }

    private Errno Key(string peer, string key, int length = -1) => Set(14, Sig(peer, key, length: length));

    private Errno Set(int option, ReadOnlySpan<byte> value) => _s.Listener.Setsockopt(SockLevel.TCP, option, value, _s.Now);

    private static byte[] Sig(string peer, string key, byte flags = 0, byte prefix = 0, int device = 0, int length = -1, ushort family = 2)
    {
        byte[] b = new byte[216];
        BinaryPrimitives.WriteUInt16LittleEndian(b, family);
        System.Net.IPAddress.Parse(peer).GetAddressBytes().CopyTo(b, 4);
        (b[128], b[129]) = (flags, prefix);
        BinaryPrimitives.WriteUInt16LittleEndian(b.AsSpan(130), (ushort)(length < 0 ? key.Length : length));
        BinaryPrimitives.WriteInt32LittleEndian(b.AsSpan(132), device);
        System.Text.Encoding.ASCII.GetBytes(key).CopyTo(b, 136);
        return b;
    }

    private SkBuff Segment(TcpFlags flags, uint seq, uint ack, ReadOnlySpan<byte> options, ReadOnlySpan<byte> key, int data = 0)
    {
        int header = 20 + options.Length + (key.IsEmpty ? 0 : 20);
        SkBuff skb = _s.Host.Net.Pool.Alloc(128, 80 + data);
        Span<byte> b = skb.Put(header + data);
        TcpHeader.Emit(b, PeerPort, Port, seq, ack, header, flags, 32_792, 0);
        options.CopyTo(b[20..]);
        b[header..].Clear();
        if (!key.IsEmpty)
        {
            ((ReadOnlySpan<byte>)[1, 1, 19, 18]).CopyTo(b[(20 + options.Length)..]);
            Digest(key, [192, 0, 2, 9], [192, 168, 0, 1], b, header).CopyTo(b[(24 + options.Length)..]);
        }

        (b[16], b[17]) = (0x12, 0x34); // a checksum, which is not part of what is signed
        skb.Ip.Saddr = IpAddress.FromV4(192, 0, 2, 9);
        skb.Ip.Daddr = _s.Host.Address;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        return skb;
    }

    // What is answered, if anything.
    private byte[]? Send(TcpFlags flags, uint seq, uint ack, ReadOnlySpan<byte> options, ReadOnlySpan<byte> key, TcpSock? to = null)
    {
        TcpSock sk = to ?? _s.Listener;
        sk.Rcv(Segment(flags, seq, ack, options, key), _s.Now);
        while (_s.Listener.TryTakeChild(out _))
        {
        }

        return Take(sk);
    }

    private byte[]? Take(TcpSock sk)
    {
        if (!sk.TryXmit(_s.Now, out SkBuff? reply)) return null;
        byte[] b = reply.Data.ToArray();
        reply.Free();
        return b;
    }

    private static void AssertSigned(byte[] segment) => AssertSigned(segment, s_key);

    private static void AssertSigned(byte[] segment, ReadOnlySpan<byte> key)
    {
        int header = new TcpHeader(segment).Length, at = segment.AsSpan(20, header - 20).IndexOf((ReadOnlySpan<byte>)[1, 1, 19, 18]);
        Assert.True(at >= 0, "no signature");
        Assert.Equal(Digest(key, [192, 168, 0, 1], [192, 0, 2, 9], segment, header), segment[(24 + at)..(40 + at)]);
    }

    private static byte[] Digest(ReadOnlySpan<byte> key, byte[] from, byte[] to, ReadOnlySpan<byte> segment, int header)
    {
        byte[] fixedPart = segment[..20].ToArray();
        fixedPart[16] = fixedPart[17] = 0;
        return MD5.HashData([.. from, .. to, 0, 6, (byte)(segment.Length >> 8), (byte)segment.Length, .. fixedPart, .. segment[header..], .. key]);
    }
}
