// TCP_MD5SIG and TCP_MD5SIG_EXT (tcp_v4_parse_md5_keys, tcp_inbound_md5_hash): keys of a socket by peer; what comes is checked, what goes is signed. RFC 2385.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // struct tcp_md5sig: sockaddr_storage, flags, prefix length, key length, ifindex, key.
    private const int Md5SigLength = 216, Md5FlagPrefix = 1, Md5FlagIfIndex = 2;

    /// <inheritdoc/>
    protected override int OmemAlloc => TcpMd5Key.Size * (_user?.Md5Keys?.Count ?? 0);

    /// <summary>The key for the connection's peer; null without one.</summary>
    private TcpMd5Key? Md5Key => _user?.Md5Keys is null ? null : FindMd5Key(Peer.Address);

    // tcp_md5_do_lookup: the longest prefix.
    private TcpMd5Key? FindMd5Key(IpAddress peer)
    {
        if (_user?.Md5Keys is not { } keys) return null;
        TcpMd5Key? best = null;
        foreach (TcpMd5Key key in keys)
            if (key.Matches(peer) && (best is null || best.Prefix < key.Prefix)) best = key;
        return best;
    }

    private Errno SetMd5Key(ReadOnlySpan<byte> value, bool extended)
    {
        const int AfInet = 2;
        if (value.Length < Md5SigLength) return Errno.EINVAL;
        if (BinaryPrimitives.ReadUInt16LittleEndian(value) != AfInet) return Errno.EINVAL;
        IpAddress peer = IpAddress.FromV4(BinaryPrimitives.ReadUInt32BigEndian(value[4..]));
        int flags = extended ? value[128] : 0, prefix = 32, length = BinaryPrimitives.ReadUInt16LittleEndian(value[130..]);
        if ((flags & Md5FlagPrefix) != 0)
        {
            prefix = value[129];
            if (prefix > 32) return Errno.EINVAL;
        }

        bool ofDevice = (flags & Md5FlagIfIndex) != 0;
        if (ofDevice && BinaryPrimitives.ReadInt32LittleEndian(value[132..]) != 0) return Errno.EINVAL; // only a VRF's, and there is none
        List<TcpMd5Key>? keys = _user?.Md5Keys;
        int at = keys?.FindIndex(k => k.Address == peer && k.Prefix == prefix && k.OfDevice == ofDevice) ?? -1;
        if (length == 0)
        {
            if (at < 0) return Errno.ENOENT;
            keys!.RemoveAt(at);
            return Errno.OK;
        }

        if (length > TcpMd5.MaxKeyLength) return Errno.EINVAL;
        var key = new TcpMd5Key(peer, prefix, ofDevice, value.Slice(136, length).ToArray());
        if (at >= 0)
        {
            keys![at] = key;
            return Errno.OK;
        }

        if (OmemAlloc + TcpMd5Key.Size >= Sysctl.optmem_max) return Errno.ENOMEM;
        (User.Md5Keys ??= []).Add(key);
        return Errno.OK;
    }

    /// <summary>tcp_v4_syn_recv_sock: a child has its listener's key for its peer, for that address alone.</summary>
    private void InheritMd5Key(TcpSock listener)
    {
        if (listener.FindMd5Key(Peer.Address) is { } key) User.Md5Keys = [key with { Address = Peer.Address, Prefix = 32 }];
    }

    /// <summary>tcp_inbound_md5_hash: false for a segment that is not signed as it must be, or signed though it must not.</summary>
    private bool CheckMd5(SkBuff skb, out DropReason reason)
    {
        reason = DropReason.NOT_DROPPED_YET;
        ReadOnlySpan<byte> header = skb.Data[..skb.Tcp.HeaderLength];
        int at = TcpMd5.Find(header);
        TcpMd5Key? key = FindMd5Key(skb.Ip.Saddr);
        if (at < 0 && key is null) return true;
        if (at >= 0 && key is not null && TcpMd5.IsRight(key, skb.Ip.Saddr, skb.Ip.Daddr, header, skb.Data[header.Length..], at)) return true;
        (Snmp mib, reason) = at < 0 ? (Snmp.TcpExtTCPMD5NotFound, DropReason.TCP_MD5NOTFOUND)
            : key is null ? (Snmp.TcpExtTCPMD5Unexpected, DropReason.TCP_MD5UNEXPECTED)
            : (Snmp.TcpExtTCPMD5Failure, DropReason.TCP_MD5FAILURE);
        Inc(mib);
        return false;
    }
}
