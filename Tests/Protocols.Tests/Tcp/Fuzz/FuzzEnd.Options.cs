// Options and settings, any value of any that TCP has.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

internal sealed partial class FuzzEnd
{
    private void SetOption(FuzzFd fd, RandomStream random, Instant now)
    {
        cells.Note(fd.Sk.State, FuzzEvent.Setsockopt);
        Span<byte> b = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(b, Value(random));
        BinaryPrimitives.WriteInt32LittleEndian(b[4..], (int)random.Below(4));
        if (orderly)
        {
            TcpOpt o = s_orderly[random.Below((uint)s_orderly.Length)];
            if (o == TcpOpt.TCP_CONGESTION) SetCongestion(fd, random, now);
            else if (random.Below(4) != 0) Set(fd, SockLevel.TCP, (int)o, b[..4], now);
            else if (random.Below(3) is var kind && kind == 1) Set(fd, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, Int(b, LeastRcvbuf + (int)random.Below(200_000)), now);
            else Set(fd, SockLevel.SOCKET, (int)(kind == 0 ? SockOpt.SO_SNDBUF : SockOpt.SO_RCVLOWAT), b[..4], now);
            return;
        }

        switch (random.Below(10))
        {
            case 0: SetCongestion(fd, random, now); break;
            case 1: // an abortive end, or a short wait for one
                BinaryPrimitives.WriteInt32LittleEndian(b, (int)random.Below(2));
                Set(fd, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, b[..8], now);
                break;
            case 2: Set(fd, SockLevel.SOCKET, (int)random.Below(84), b[..(int)random.Below(17)], now); break;
            case 3: Set(fd, SockLevel.IP, (int)random.Below(52), b[..(int)random.Below(9)], now); break;
            case 4 when random.Below(4) == 0: SetMd5(fd, random, now); break;
            case 5: Set(fd, SockLevel.TCP, (int)random.Below(48), b[..(int)random.Below(17)], now); break;
            case 6: // what makes the kernel keep notes of what was sent
                BinaryPrimitives.WriteInt32LittleEndian(b, random.Below(2) == 0 ? 0x1FFF : (int)random.Below(0x20000));
                Set(fd, SockLevel.SOCKET, (int)(random.Below(2) == 0 ? SockOpt.SO_TIMESTAMPING : SockOpt.SO_ZEROCOPY), b[..4], now);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(b, (int)random.Below(random.Below(2) == 0 ? 4u : 100_000u));
                Set(fd, SockLevel.TCP, (int)random.Below(48), b[..4], now);
                break;
        }
    }

    private static ReadOnlySpan<byte> Int(Span<byte> b, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(b, value);
        return b[..4];
    }

    private void Set(FuzzFd fd, SockLevel level, int option, ReadOnlySpan<byte> value, Instant now)
    {
        // Linux's thin streams send again at the least RTO for ever while the window is shut (6.18 was asked): not with a least RTO of a millisecond, please.
        if (level == SockLevel.TCP && option == (int)TcpOpt.TCP_RTO_MIN_US) return;
        // And a user who waits for days does so as an orphan, too.
        if (level == SockLevel.TCP && option == (int)TcpOpt.TCP_USER_TIMEOUT && value.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(value) > LongestWait) return;
        Errno e = fd.Sk.Setsockopt(level, option, value, now);
        trace?.Invoke($"{now}   setsockopt({level}, {option}, {Convert.ToHexString(value)}) = {e}");
    }

    private void SetCongestion(FuzzFd fd, RandomStream random, Instant now) =>
        Set(fd, SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, System.Text.Encoding.ASCII.GetBytes(s_congestion[random.Below((uint)s_congestion.Length)]), now);

    // struct tcp_md5sig: an address, a key of three bytes for it.
    private void SetMd5(FuzzFd fd, RandomStream random, Instant now)
    {
        byte[] b = new byte[216];
        BinaryPrimitives.WriteUInt16LittleEndian(b, (ushort)AddressFamily.INET);
        BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(4), peer.Address.V4);
        b[130] = (byte)(random.Below(3) == 0 ? 0 : 3);
        b[136] = (byte)random.Below(2);
        Set(fd, SockLevel.TCP, (int)TcpOpt.TCP_MD5SIG, b, now);
    }

    private void GetOption(FuzzFd fd, RandomStream random, Instant now)
    {
        cells.Note(fd.Sk.State, FuzzEvent.Getsockopt);
        SockLevel level = random.Below(6) switch { 0 => SockLevel.SOCKET, 1 => SockLevel.IP, _ => SockLevel.TCP };
        int option = level == SockLevel.TCP && random.Below(2) == 0 ? (int)TcpOpt.TCP_INFO : (int)random.Below(84);
        if (level == SockLevel.SOCKET && option == (int)SockOpt.SO_ERROR && orderly) return;
        fd.Sk.Getsockopt(level, option, _buffer.AsSpan(0, (int)random.Below(300)), out _, now);
    }

    // What an administrator changes while connections live.
    private void Sysctl(RandomStream random)
    {
        NetSysctl s = host.Net.Sysctl;
        uint which = random.Below(10);
        trace?.Invoke($"  sysctl {which}");
        switch (which)
        {
            case 0: s.tcp_sack = !s.tcp_sack; break;
            case 1: s.tcp_timestamps = (int)random.Below(3); break;
            case 2: s.tcp_window_scaling = !s.tcp_window_scaling; break;
            case 3: s.tcp_ecn = (int)random.Below(6); break;
            case 4: s.tcp_fastopen = (int)random.Below(0x800); break;
            case 5: s.tcp_syncookies = (int)random.Below(3); break;
            case 6: s.tcp_mtu_probing = (int)random.Below(3); break;
            case 7: s.tcp_tw_reuse = (int)random.Below(2); break;
            case 8: s.tcp_abort_on_overflow = !s.tcp_abort_on_overflow; break;
            case 9: host.Route = host.Route with { Mtu = (int)(68 + random.Below(1433)) }; break;
        }
    }
}
