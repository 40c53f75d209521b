// The ICMP machine of a host (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3): icmp_rcv and its handlers in net/ipv4/icmp.c. Errors that this host
// makes are in Icmp.Errors.cs.

namespace ActorNet.Protocols;

/// <summary>What a message that arrived asks of who drives the machine.</summary>
public enum IcmpVerdict
{
    /// <summary>Nothing: it is freed.</summary>
    DONE,

    /// <summary>Send the reply by <see cref="Ipv4.Xmit"/>.</summary>
    REPLY,

    /// <summary>Tell the socket of the quoted packet, by <see cref="Sock.IcmpError"/>.</summary>
    ERROR,

    /// <summary>An echo reply: give the packet, which was not freed, to the ping socket whose identification is its port.</summary>
    ECHOREPLY,
}

/// <summary>What came out of a message; which members count depends on <see cref="Verdict"/>.</summary>
public struct IcmpResult
{
    public IcmpVerdict Verdict;
    public SkBuff? Packet;

    /// <summary>Of ECHOREPLY: the identification.</summary>
    public ushort Id;
    public IcmpQuote Quote;
    public IcmpErrorInfo Error;
}

/// <summary>ICMP on one host. Its counters are the host's; what it sends goes through <see cref="Ipv4"/>.</summary>
public sealed partial class Icmp(Net net, Fib fib)
{
    private const int Headroom = 128;

    private IcmpRateLimit? _limited;

    private IcmpRateLimit Limit => _limited ??= new IcmpRateLimit(net);

    /// <summary>Takes one message: data at the ICMP header, <see cref="SkBuff.Ip"/> as IP filled it.</summary>
    public IcmpResult Rcv(SkBuff skb, Instant now)
    {
        NetnsMib mib = net.Mib;
        mib.Inc(Snmp.IcmpInMsgs);
        if (!IcmpHeader.TryParse(skb.Data, skb.IpSummed != SkbChecksum.UNNECESSARY, out IcmpHeader h, out DropReason reason))
        {
            if (reason == DropReason.ICMP_CSUM) mib.Inc(Snmp.IcmpInCsumErrors);
            return Bad(skb, reason);
        }

        CountIn(h.Type);
        if (h.Type > IcmpType.ADDRESSREPLY) return Bad(skb, DropReason.UNHANDLED_PROTO);
        if (fib.AddressType(skb.Ip.Daddr.V4) is RouteType.BROADCAST or RouteType.MULTICAST)
        {
            // RFC 1122 3.2.2.6 and 3.2.2.8: such an echo or timestamp request may be silently ignored; nothing but them is for many.
            bool asks = h.Type is IcmpType.ECHO or IcmpType.TIMESTAMP;
            if (asks ? net.Sysctl.icmp_echo_ignore_broadcasts : h.Type is not (IcmpType.ADDRESS or IcmpType.ADDRESSREPLY))
                return Bad(skb, DropReason.INVALID_PROTO);
        }

        switch (h.Type)
        {
            case IcmpType.ECHO:
                if (net.Sysctl.icmp_echo_ignore_all) break;
                return Reply(skb, h with { Type = IcmpType.ECHOREPLY }, skb.Data[IcmpHeader.Length..], now);
            case IcmpType.TIMESTAMP:
                if (skb.Length < IcmpHeader.Length + 4) return Bad(skb, DropReason.PKT_TOO_SMALL);
                // Milliseconds since midnight; a run begins at midnight.
                Span<byte> times = stackalloc byte[12];
                skb.Data.Slice(IcmpHeader.Length, 4).CopyTo(times);
                uint ms = (uint)(now.Milliseconds % 86_400_000);
                BinaryPrimitives.WriteUInt32BigEndian(times[4..], ms);
                BinaryPrimitives.WriteUInt32BigEndian(times[8..], ms);
                return Reply(skb, h with { Type = IcmpType.TIMESTAMPREPLY, Code = 0 }, times, now);
            case IcmpType.ECHOREPLY:
                return new IcmpResult { Verdict = IcmpVerdict.ECHOREPLY, Packet = skb, Id = h.Id };
            case IcmpType.DEST_UNREACH or IcmpType.TIME_EXCEEDED or IcmpType.PARAMETERPROB or IcmpType.SOURCE_QUENCH:
                return Unreach(skb, h, now);
        }

        // Redirects are not followed; the rest is obsolete and discarded, as Linux does (icmp_discard).
        return Done(skb);
    }

    // icmp_unreach: to whom the error goes is in the quoted header.
    private IcmpResult Unreach(SkBuff skb, in IcmpHeader h, Instant now)
    {
        ReadOnlySpan<byte> quoted = skb.Data[IcmpHeader.Length..];
        var v = new Ipv4View(quoted);
        if (!v.Fits || v.HeaderLength < Ipv4Header.MinLength) return Bad(skb, DropReason.PKT_TOO_SMALL);
        int mtu = 0;
        if (h.Type == IcmpType.DEST_UNREACH)
        {
            if (h.Code > IcmpCode.MAX_UNREACH) return Done(skb);
            if (h.Code == IcmpCode.FRAG_NEEDED && net.Sysctl.ip_no_pmtu_disc) return Done(skb);
            if (h.Code == IcmpCode.FRAG_NEEDED) mtu = h.Sequence;
        }
        else if (h.Type == IcmpType.TIME_EXCEEDED && h.Code == IcmpCode.EXC_FRAGTIME)
        {
            return Done(skb); // says nothing about the path
        }

        if (!IcmpQuote.TryParse(quoted, out IcmpQuote quote)) return Bad(skb, DropReason.PKT_TOO_SMALL);
        // A broadcast can have no errors (RFC 1122 3.2.2); nor can a packet that was not this host's.
        if (fib.AddressType(quote.Daddr.V4) is RouteType.BROADCAST or RouteType.MULTICAST || !fib.IsOwnAddress(quote.Saddr.V4) && !quote.Saddr.IsLoopback) return Done(skb);
        // Whose packet it was is to judge a path MTU; an echo reply is nobody's but this machine's (icmp_err).
        if (h is { Type: IcmpType.DEST_UNREACH, Code: IcmpCode.FRAG_NEEDED } && quote.Protocol == IpProtocol.ICMP && quoted[v.HeaderLength] == (byte)IcmpType.ECHOREPLY)
            fib.UpdatePmtu(quote.Daddr.V4, mtu, now);
        (Errno errno, bool fatal) = IcmpQuote.Convert(h.Type, h.Code);
        var result = new IcmpResult
        {
            Verdict = IcmpVerdict.ERROR,
            Quote = quote,
            Error = new IcmpErrorInfo((byte)h.Type, h.Code, errno, fatal, mtu, quote.Seq, skb.Ip.Saddr)
            {
                Pointer = h.Type == IcmpType.PARAMETERPROB ? (byte)(h.Id >> 8) : (byte)0,
                Destination = quote.Daddr,
                Quoted = new IcmpQuoted(quoted[v.HeaderLength..].ToArray(), skb.Ip),
            },
        };
        skb.Free();
        return result;
    }

    // icmp_reply: from the address that was asked, with the asker's TOS; no DF, for replies to large echoes are cut.
    private IcmpResult Reply(SkBuff skb, in IcmpHeader h, ReadOnlySpan<byte> payload, Instant now)
    {
        uint asker = skb.Ip.Saddr.V4, asked = skb.Ip.Daddr.V4;
        bool own = fib.AddressType(asked) == RouteType.LOCAL;
        if (!Limit.AllowGlobal(h.Type, h.Code, now)) return Done(skb);
        RouteOut r = fib.Output(asker, own ? asked : 0, own ? 0 : skb.IfIndex, now);
        if (r.Errno != Errno.OK || !Limit.AllowPeer(asker, r.Device, h.Type, h.Code, now)) return Done(skb);
        SkBuff reply = Make(h, payload, r.Saddr, asker);
        reply.Ip.Tos = skb.Ip.Tos;
        reply.Mark = skb.Mark;
        skb.Free();
        return new IcmpResult { Verdict = IcmpVerdict.REPLY, Packet = reply };
    }

    private SkBuff Make(in IcmpHeader h, ReadOnlySpan<byte> payload, uint saddr, uint daddr)
    {
        SkBuff skb = net.Pool.Alloc(Headroom, IcmpHeader.Length + payload.Length);
        Span<byte> message = skb.Put(IcmpHeader.Length + payload.Length);
        payload.CopyTo(message[IcmpHeader.Length..]);
        h.Emit(message);
        skb.PacketType = PacketType.OUTGOING;
        skb.Protocol = EtherType.IP;
        skb.Ip.Saddr = IpAddress.FromV4(saddr);
        skb.Ip.Daddr = IpAddress.FromV4(daddr);
        skb.Ip.Protocol = (byte)IpProtocol.ICMP;
        CountOut(h.Type);
        return skb;
    }

    private IcmpResult Bad(SkBuff skb, DropReason reason)
    {
        net.Mib.Inc(Snmp.IcmpInErrors);
        net.Mib.Drop(skb, reason);
        return default;
    }

    private static IcmpResult Done(SkBuff skb)
    {
        skb.Free();
        return default;
    }

    private void CountIn(IcmpType type)
    {
        Snmp? c = type switch
        {
            IcmpType.ECHOREPLY => Snmp.IcmpInEchoReps,
            IcmpType.DEST_UNREACH => Snmp.IcmpInDestUnreachs,
            IcmpType.SOURCE_QUENCH => Snmp.IcmpInSrcQuenchs,
            IcmpType.REDIRECT => Snmp.IcmpInRedirects,
            IcmpType.ECHO => Snmp.IcmpInEchos,
            IcmpType.TIME_EXCEEDED => Snmp.IcmpInTimeExcds,
            IcmpType.PARAMETERPROB => Snmp.IcmpInParmProbs,
            IcmpType.TIMESTAMP => Snmp.IcmpInTimestamps,
            IcmpType.TIMESTAMPREPLY => Snmp.IcmpInTimestampReps,
            _ => null,
        };
        if (c is { } counter) net.Mib.Inc(counter);
    }

    private void CountOut(IcmpType type)
    {
        net.Mib.Inc(Snmp.IcmpOutMsgs);
        Snmp? c = type switch
        {
            IcmpType.ECHOREPLY => Snmp.IcmpOutEchoReps,
            IcmpType.DEST_UNREACH => Snmp.IcmpOutDestUnreachs,
            IcmpType.TIME_EXCEEDED => Snmp.IcmpOutTimeExcds,
            IcmpType.PARAMETERPROB => Snmp.IcmpOutParmProbs,
            IcmpType.TIMESTAMPREPLY => Snmp.IcmpOutTimestampReps,
            _ => null,
        };
        if (c is { } counter) net.Mib.Inc(counter);
    }
}
