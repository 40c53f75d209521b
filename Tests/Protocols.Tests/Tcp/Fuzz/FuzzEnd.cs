// A user at one end: its descriptors, and any system call on any of them. What it writes is a pattern by offset, so that whoever reads it can judge it.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>One descriptor, and how far its stream has come.</summary>
internal sealed class FuzzFd(TcpSock sk)
{
    public readonly TcpSock Sk = sk;
    public long Sent, Received;

    /// <summary>Something happened that makes the stream's bytes no pattern any more: urgent data, another connection.</summary>
    public bool IsOdd;

    public bool SawEnd, ShutWrite;
}

internal sealed partial class FuzzEnd(FuzzHost host, FuzzHost peer, FuzzCells cells, bool orderly, Action<string>? trace = null)
{
    public const ushort Service = 80, FirstPort = 40_000;
    private const int MostFds = 5, MostBytes = 120_000;

    // Below some segments a buffer without window scaling may stay shut for ever, as with TCP_WINDOW_CLAMP.
    private const int LeastRcvbuf = 8192;

    private const int LongestWait = 1_000_000;

    private static readonly string[] s_congestion = ["reno", "cubic", "bbr", "dctcp", "cdg", ""];
    private static readonly int[] s_values = [0, 1, 2, 3, 5, 7, 10, 88, 100, 255, 256, 536, 1000, 1460, 4096, 4608, 32_767, 32_768, 65_535, 65_536, 1_000_000, int.MaxValue, -1, int.MinValue];

    // Not TCP_WINDOW_CLAMP: without window scaling, one below a segment leaves the window shut for ever once the buffer has grown; on Linux too (6.18 was asked).
    // Not TCP_DEFER_ACCEPT: a client that echoes the stamp of a half-open connection's ACK is refused, and without SYN-ACKs that come again for good; Linux too.
    private static readonly TcpOpt[] s_orderly =
        [TcpOpt.TCP_NODELAY, TcpOpt.TCP_CORK, TcpOpt.TCP_QUICKACK, TcpOpt.TCP_MAXSEG, TcpOpt.TCP_NOTSENT_LOWAT, TcpOpt.TCP_CONGESTION, TcpOpt.TCP_INQ, TcpOpt.TCP_THIN_LINEAR_TIMEOUTS];

    private static readonly byte[] s_pattern = MakePattern();
    private readonly byte[] _buffer = new byte[40_000];
    private readonly byte[] _control = new byte[256];

    public List<FuzzFd> Fds { get; } = [];

    public FuzzHost Host => host;

    /// <summary>Any call, on any descriptor.</summary>
    public void Call(RandomStream random, Instant now)
    {
        cells.Calls++;
        if (Fds.Count == 0 || (!orderly && Fds.Count < MostFds && random.Below(12) == 0)) Fds.Add(new FuzzFd(host.Socket()));
        FuzzFd fd = Fds[(int)random.Below((uint)Fds.Count)];
        TcpSock sk = fd.Sk;
        if (host.IsOwned(sk)) host.Release(sk, now);
        if (orderly) CallOrderly(fd, random, now);
        else CallAny(fd, random, now);
        host.Pump(now);
    }

    private void CallOrderly(FuzzFd fd, RandomStream random, Instant now)
    {
        switch (random.Below(16))
        {
            case < 6: Send(fd, random, now); break;
            case < 11: Recv(fd, random, now); break;
            case 11: SetOption(fd, random, now); break;
            case 12: GetOption(fd, random, now); break;
            case 13: Own(fd, now); break;
            case 14 when random.Below(6) == 0: ShutdownWrite(fd, now); break;
            default: Accept(fd, now); break;
        }
    }

    private void CallAny(FuzzFd fd, RandomStream random, Instant now)
    {
        TcpSock sk = fd.Sk;
        if (sk.State == TcpState.CLOSE && random.Below(2) == 0)
        {
            if (random.Below(4) == 0) Listen(fd, random, now);
            else Connect(fd, random, now);
            return;
        }

        switch (random.Below(40))
        {
            case < 9: Send(fd, random, now); break;
            case < 17: Recv(fd, random, now); break;
            case < 22: SetOption(fd, random, now); break;
            case < 25: GetOption(fd, random, now); break;
            case 25:
                cells.Note(sk.State, FuzzEvent.Diag);
                _ = sk.Diag(now, 1);
                sk.CollectRequests([], now);
                foreach (TcpTimewait tw in host.Timewaits) _ = tw.Diag(now);
                _ = sk.Ioctl(random.Below(2) == 0 ? IoctlCmd.SIOCINQ : IoctlCmd.SIOCATMARK, _control.AsSpan(0, 4), now);
                _ = sk.Ioctl(IoctlCmd.SIOCOUTQ, _control.AsSpan(0, 4), now);
                break;
            case < 28: Own(fd, now); break;
            case 28 or 29:
                cells.Note(sk.State, FuzzEvent.Shutdown);
                var how = (ShutdownHow)random.Below(4);
                if (sk.State == TcpState.LISTEN && how is ShutdownHow.RD or ShutdownHow.RDWR) FuzzHost.ForgetChildren(sk, now);
                sk.Shutdown(how, now);
                break;
            case 30: Close(fd, now); break;
            case 31 when random.Below(2) == 0:
                cells.Note(sk.State, FuzzEvent.Disconnect);
                fd.IsOdd = true;
                if (sk.State == TcpState.LISTEN) FuzzHost.ForgetChildren(sk, now);
                sk.Disconnect(now);
                if (random.Below(2) == 0) sk.Local = SockAddr.In(IpAddress.Any4, sk.Local.Port);
                break;
            case 32: Connect(fd, random, now); break;
            case 33: Listen(fd, random, now); break;
            case 34: _ = sk.ConnectResult(now); break;
            case 35: Sysctl(random); break;
            default: Accept(fd, now); break;
        }
    }

    public void Close(FuzzFd fd, Instant now)
    {
        if (host.IsOwned(fd.Sk)) host.Release(fd.Sk, now);
        cells.Note(fd.Sk.State, FuzzEvent.Close);
        Fds.Remove(fd);
        if (fd.Sk.State == TcpState.LISTEN) FuzzHost.ForgetChildren(fd.Sk, now);
        fd.Sk.Close(now);
        host.Pump(now);
    }

    public void Listen(FuzzFd fd, RandomStream random, Instant now)
    {
        TcpSock sk = fd.Sk;
        cells.Note(sk.State, FuzzEvent.Listen);
        if (sk.State == TcpState.CLOSE)
        {
            if (host.Socks.Any(s => s.State == TcpState.LISTEN && s.Local.Port == Service)) return;
            sk.Local = SockAddr.In(IpAddress.Any4, Service);
        }

        sk.Listen((int)random.Below(5) - 1, now);
    }

    public void Connect(FuzzFd fd, RandomStream random, Instant now, bool plain = false)
    {
        TcpSock sk = fd.Sk;
        cells.Note(sk.State, FuzzEvent.Connect);
        // Now and then both ends come from the service's port, or to an odd one: connections cross, or are refused.
        bool crosses = !plain && random.Below(6) == 0;
        var port = (ushort)(crosses ? Service : FirstPort + random.Below(plain ? 1u : 3u));
        SockAddr to = SockAddr.In(peer.Address, (ushort)(crosses || random.Below(8) != 0 || plain ? Service : FirstPort + random.Below(3)));
        TcpTimewait? timewait = null;
        if (sk.State == TcpState.CLOSE && !sk.IsOrphan)
        {
            SockAddr from = SockAddr.In(host.Address, port);
            if (!host.TryPair(from, to, now, out timewait)) return;
            sk.Local = from;
        }

        if (plain || random.Below(4) != 0)
        {
            Errno e = sk.Connect(to, host.Route, now, timewait);
            if (e == Errno.OK && sk.IsConnectDeferred && random.Below(2) == 0)
            {
                fd.Sent += sk.SendDeferred(Pattern(fd, (int)random.Below(2000)), MsgFlags.None, now);
                sk.EndFastOpening();
            }
        }
        else if (sk.MayFastOpen && !sk.IsFastOpening && sk.State == TcpState.CLOSE)
        {
            _ = sk.ConnectAndSend(to, host.Route, Pattern(fd, (int)random.Below(2000)), MsgFlags.FASTOPEN, now, timewait, out int copied);
            fd.Sent += copied;
            if (random.Below(2) == 0) sk.EndFastOpening();
            timewait = null;
        }

        host.Pump(now);
    }

    private void Accept(FuzzFd fd, Instant now)
    {
        if (fd.Sk.State != TcpState.LISTEN)
        {
            _ = fd.Sk.ConnectResult(now);
            return;
        }

        cells.Note(fd.Sk.State, FuzzEvent.Accept);
        if (Fds.Count < 2 * MostFds && fd.Sk.TryAccept(out TcpSock? child)) Fds.Add(new FuzzFd(child));
    }

    private void Own(FuzzFd fd, Instant now)
    {
        cells.Note(fd.Sk.State, FuzzEvent.Own);
        host.Own(fd.Sk, now);
    }

    private void ShutdownWrite(FuzzFd fd, Instant now)
    {
        if (!fd.Sk.State.CanSend()) return;
        cells.Note(fd.Sk.State, FuzzEvent.Shutdown);
        fd.Sk.Shutdown(ShutdownHow.WR, now);
        fd.ShutWrite = true;
    }

    public void Send(FuzzFd fd, RandomStream random, Instant now)
    {
        TcpSock sk = fd.Sk;
        if (fd.Sent > MostBytes) return;
        cells.Note(sk.State, FuzzEvent.Send);
        if (sk.State == TcpState.SYN_SENT && sk.IsConnectDeferred)
        {
            fd.Sent += sk.SendDeferred(Pattern(fd, (int)random.Below(2000)), MsgFlags.None, now);
            sk.EndFastOpening();
            return;
        }

        MsgFlags flags = random.Below(8) switch { 0 => MsgFlags.MORE, 1 => MsgFlags.EOR, 2 => MsgFlags.DONTWAIT, 3 when random.Below(3) == 0 => MsgFlags.ZEROCOPY, _ => MsgFlags.None };
        if (!orderly && random.Below(12) == 0)
        {
            flags |= MsgFlags.OOB;
            fd.IsOdd = true;
        }

        int n = (int)random.Below(random.Below(5) switch { 0 => 2u, 1 => 100, 2 => 3000, 3 => 9000, _ => 30_000 });
        var call = new SendProgress { Data = new byte[n], Flags = flags };
        if ((flags & MsgFlags.ZEROCOPY) != 0) sk.BeginZerocopy(ref call);
        SysResult r = sk.Send(Pattern(fd, n), null, flags, now);
        if (r.IsOk) call.Done = (int)r.Value;
        trace?.Invoke($"{now}   send({n}, {flags}) = {r}");
        StreamCalls.GaveUp(sk, ref call);
        if (r.IsOk) fd.Sent += r.Value;
    }

    public void Recv(FuzzFd fd, RandomStream random, Instant now)
    {
        TcpSock sk = fd.Sk;
        MsgFlags flags = random.Below(10) switch { 0 => MsgFlags.PEEK, 1 => MsgFlags.TRUNC, 2 => MsgFlags.WAITALL, 3 when !orderly => MsgFlags.OOB, 4 => MsgFlags.ERRQUEUE, _ => MsgFlags.None };
        if (!orderly && random.Below(10) == 0) flags |= MsgFlags.PEEK;
        cells.Note(sk.State, (flags & MsgFlags.OOB) != 0 ? FuzzEvent.Oob : (flags & MsgFlags.ERRQUEUE) != 0 ? FuzzEvent.ErrQueue : (flags & MsgFlags.PEEK) != 0 ? FuzzEvent.Peek : FuzzEvent.Recv);
        Read(fd, (int)random.Below(random.Below(4) switch { 0 => 2u, 1 => 200, 2 => 4000, _ => 40_000 }), flags, now);
    }

    /// <summary>Reads and judges what it gets. False at the end, with an error or when there is nothing.</summary>
    public bool Read(FuzzFd fd, int room, MsgFlags flags, Instant now)
    {
        TcpSock sk = fd.Sk;
        var control = new CmsgWriter(_control);
        SysResult r = sk.Recv(_buffer.AsSpan(0, room), ref control, flags, now, out _, out _);
        trace?.Invoke($"{now}   recv({room}, {flags}) = {r}");
        if (!r.IsOk || (flags & (MsgFlags.OOB | MsgFlags.ERRQUEUE)) != 0) return false;
        if (r.Value == 0)
        {
            if (room > 0) fd.SawEnd = true;
            return false;
        }

        if (orderly && !fd.IsOdd && (flags & MsgFlags.TRUNC) == 0)
        {
            int n = (int)r.Value;
            cells.Bytes += n;
            if (!_buffer.AsSpan(0, n).SequenceEqual(At(fd.Received, n))) throw new FuzzException($"{host.Net.HostName}: the bytes from {fd.Received} are not those that were sent");
        }

        if ((flags & MsgFlags.PEEK) == 0) fd.Received += r.Value;
        return true;
    }

    private ReadOnlySpan<byte> Pattern(FuzzFd fd, int n) => At(fd.Sent, n);

    private static ReadOnlySpan<byte> At(long offset, int n) => s_pattern.AsSpan((int)(offset % 65_521), n);

    private static int Value(RandomStream random) => random.Below(3) == 0 ? random.Below(2) == 0 ? (int)random.NextUInt32() : (int)random.Below(3000) : s_values[random.Below((uint)s_values.Length)];

    private static byte[] MakePattern()
    {
        byte[] once = new byte[65_521];
        var random = new RandomStream(7, "fuzz", "pattern");
        foreach (ref byte x in once.AsSpan()) x = (byte)random.NextUInt32();
        return [.. once, .. once];
    }
}
