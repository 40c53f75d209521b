// How a case ends: the wire is good, both users read what there is and close; then everything must be over within bounded virtual time, and nothing left.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

internal sealed class TcpFuzzEnding(FuzzWire wire, FuzzEnd a, FuzzEnd b, FuzzCells cells, bool orderly)
{
    private static readonly Duration s_transfer = Duration.FromSeconds(2000), s_calm = Duration.FromSeconds(2000), s_close = Duration.FromSeconds(20_000), s_timewait = Duration.FromSeconds(600);

    public void Run()
    {
        ReleaseAll(a);
        ReleaseAll(b);
        wire.WatchesStorms = true;
        if (orderly) FinishTransfer();
        else wire.Run(ReadOn, s_calm);
        Audit();
        Over();
    }

    private void ReleaseAll(FuzzEnd end)
    {
        foreach (FuzzFd fd in end.Fds) end.Host.Release(fd.Sk, wire.Now);
    }

    private bool ReadOn()
    {
        Drain(a);
        Drain(b);
        return false;
    }

    private void Drain(FuzzEnd end)
    {
        foreach (FuzzFd fd in end.Fds)
        {
            if (fd.Sk.State == TcpState.LISTEN || fd.Sk.Inq == 0) continue;
            for (int i = 0; i < 40 && end.Read(fd, 30_000, MsgFlags.None, wire.Now); i++)
            {
            }
        }

        end.Host.Pump(wire.Now);
        wire.Carry();
    }

    // Nothing was forged and nobody broke anything off: all that was written arrives, and then the end.
    private void FinishTransfer()
    {
        FuzzFd client = a.Fds[0];
        FuzzFd listener = b.Fds[0];
        bool done = wire.Run(
            () =>
            {
                if (b.Fds.Count < 2 && listener.Sk.TryAccept(out TcpSock? child)) b.Fds.Add(new FuzzFd(child));
                _ = client.Sk.ConnectResult(wire.Now);
                foreach ((FuzzEnd end, FuzzFd fd) in (ReadOnlySpan<(FuzzEnd, FuzzFd)>)(b.Fds.Count < 2 ? [(a, client)] : [(a, client), (b, b.Fds[1])]))
                {
                    if (!fd.ShutWrite && fd.Sk.State.CanSend()) fd.ShutWrite = fd.Sk.Shutdown(ShutdownHow.WR, wire.Now) == Errno.OK;
                    for (int i = 0; i < 40 && !fd.SawEnd && end.Read(fd, 30_000, MsgFlags.None, wire.Now); i++)
                    {
                    }

                    end.Host.Pump(wire.Now);
                }

                wire.Carry();
                return client.SawEnd && b.Fds.Count > 1 && b.Fds[1].SawEnd;
            },
            s_transfer);
        if (!done)
        {
            FuzzFd? server = b.Fds.Count > 1 ? b.Fds[1] : null;
            throw new FuzzException($"the transfer does not end: {client.Sk.State} {client.Sent} sent, {client.Received} received, end {client.SawEnd}; "
                + $"{server?.Sk.State} {server?.Sent} sent, {server?.Received} received, end {server?.SawEnd}; errors {client.Sk.Err} {server?.Sk.Err}; {Info(client.Sk)}; {Info(server?.Sk)}");
        }

        if (b.Fds[1].Received < client.Sent && client.Received < b.Fds[1].Sent && TookBack(wire.A) && TookBack(wire.B))
        {
            // Both had more under way than the other, short of memory, would take after all; each one's acknowledgements lie beyond the other's window, and nobody
            // hears them. Linux takes windows back in the same way; the connection ends with an error, as it may.
            cells.TakenBack++;
            return;
        }

        if (client.Sent != b.Fds[1].Received || b.Fds[1].Sent != client.Received)
            throw new FuzzException($"{client.Sent} sent and {b.Fds[1].Received} received, {b.Fds[1].Sent} sent and {client.Received} received");
        cells.Completed++;
    }

    private static bool TookBack(FuzzHost host) =>
        host.Net.Mib[Snmp.TcpExtRcvPruned] + host.Net.Mib[Snmp.TcpExtTCPRcvQDrop] + host.Net.Mib[Snmp.TcpExtTCPZeroWindowDrop] + host.Net.Mib[Snmp.TcpExtTCPOFODrop] > 0;

    private string Info(TcpSock? sk)
    {
        if (sk is null) return "none";
        byte[] b = new byte[TcpSock.TcpInfoLength];
        sk.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_INFO, b, out _, wire.Now);
        uint At(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(offset));
        return $"rcv_mss {At(20)}, rcv_ssthresh {At(64)}, rcv_space {At(96)}, rcvbuf {sk.Rcvbuf}, rmem {sk.RmemAlloc}, cwnd {At(80)}, unacked {At(24)}, rto {At(8)}";
    }

    private void Over()
    {
        foreach (FuzzEnd end in (FuzzEnd[])[a, b])
            while (end.Fds.Count > 0) end.Close(end.Fds[^1], wire.Now);
        wire.Carry();
        if (!wire.Run(() => wire.A.Socks.Count + wire.B.Socks.Count == 0, s_close))
            throw new FuzzException($"closed, and {s_close.Nanoseconds / 1_000_000_000} s later there are still {string.Join("; ", wire.A.Socks.Concat(wire.B.Socks).Select(s => $"{s.State} {s.Local} {s.Peer}, {s.Outq} bytes unacknowledged, timer {s.NextTimer}"))}");
        wire.Run(() => wire.A.Timewaits.Count + wire.B.Timewaits.Count == 0, s_timewait);
        foreach (FuzzHost host in (FuzzHost[])[wire.A, wire.B])
        {
            if (host.Timewaits.Count > 0) throw new FuzzException($"{host.Net.HostName}: TIME_WAIT does not end");
            if (host.Net.Tcp.Orphans != 0 || host.Net.Tcp.TimewaitCount != 0) throw new FuzzException($"{host.Net.HostName}: {host.Net.Tcp.Orphans} orphans, {host.Net.Tcp.TimewaitCount} in TIME_WAIT, and there is no socket");
            if (host.Net.TcpMemory.Allocated != 0 || host.Net.TcpMemory.Sockets != 0) throw new FuzzException($"{host.Net.HostName}: {host.Net.TcpMemory.Allocated} pages and {host.Net.TcpMemory.Sockets} sockets are allocated, and there is no socket");
            if (host.Net.Mib[Snmp.TcpCurrEstab] != 0) throw new FuzzException($"{host.Net.HostName}: CurrEstab is {host.Net.Mib[Snmp.TcpCurrEstab]}, and there is no socket");
        }

        if (wire.Finish() is not 0 and long lost) throw new FuzzException($"{lost} packets are not home");
    }

    private void Audit()
    {
        wire.A.Audit();
        wire.B.Audit();
    }
}
