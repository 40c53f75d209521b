// Truesize, sk_forward_alloc, tcp_mem and orphans. Charges and left-overs are those that SO_MEMINFO shows on Linux 6.18 (cork, then write).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpMemoryTests
{
    private const int RmemAlloc = 0, Rcvbuf = 1, Sndbuf = 3, ForwardAlloc = 4, WmemQueued = 5;

    private static int[] MemInfo(TcpScript s)
    {
        byte[] b = new byte[36];
        Assert.Equal(Errno.OK, s.Sock.Getsockopt(SockLevel.SOCKET, (int)SockOpt.SO_MEMINFO, b, out int length, s.Now));
        Assert.Equal(36, length);
        int[] v = new int[9];
        Buffer.BlockCopy(b, 0, v, 0, 36);
        return v;
    }

    [Fact]
    public void A_packet_is_charged_once_and_its_bytes_one_for_one()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_CORK, 1);
        foreach ((int bytes, int wmem, int forward) in ((int, int, int)[])[(1, 833, 3263), (1, 834, 3262), (100, 934, 3162)])
        {
            s.Write(bytes);
            int[] m = MemInfo(s);
            Assert.Equal((wmem, forward), (m[WmemQueued], m[ForwardAlloc]));
        }

        Assert.Equal(1, s.Host.Net.TcpMemory.Allocated);
        s.Set(TcpOpt.TCP_CORK, 0);
        s.Inject(". 1:1(0) ack 103 win 257");
        Assert.Equal((0, 0, 0L), (MemInfo(s)[WmemQueued], MemInfo(s)[ForwardAlloc], s.Host.Net.TcpMemory.Allocated));
        s.TryNext(out _);
    }

    [Fact]
    public void What_waits_to_be_read_is_charged_and_given_back()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1:1001(1000) ack 1 win 257");
        int[] m = MemInfo(s);
        Assert.Equal(m[RmemAlloc], s.Sock.RmemAlloc);
        Assert.Equal(4096 * s.Host.Net.TcpMemory.Allocated, m[RmemAlloc] + m[ForwardAlloc]);
        s.Read(1000);
        m = MemInfo(s);
        Assert.Equal((0, 0, 0L), (m[RmemAlloc], m[ForwardAlloc], s.Host.Net.TcpMemory.Allocated));
        s.TryNext(out _);
    }

    [Fact]
    public void Above_tcp_mem_a_writer_gets_its_minimum_and_asks_again_in_a_while()
    {
        using TcpScript s = TcpScript.Accepted(window: "65535", sysctl: c =>
        {
            c.tcp_mem_low = c.tcp_mem_pressure = 1;
            c.tcp_mem_high = 2;
        });
        long written = 0;
        SysResult r;
        while ((r = s.Write(1000)).IsOk) written += r.Value;
        Assert.Equal(Errno.EAGAIN, r.Errno);
        Assert.InRange(written, 4096 - 832, 16_384);
        Assert.True(s.Host.Net.TcpMemory.UnderPressure);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPMemoryPressures]);
        Assert.True(s.Host.NextTimer <= s.Now + Duration.FromMilliseconds(202));
        s.Sock.TakeWakes();
        s.Inject($". 1:1(0) ack {written + 1} win 65535");
        Assert.Equal(0, s.Host.Net.TcpMemory.Allocated);
        Assert.False(s.Host.Net.TcpMemory.UnderPressure);
        Assert.True((s.Sock.TakeWakes() & PollEvents.OUT) != 0);
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void Without_memory_a_reader_that_has_nothing_gets_one_segment_and_the_window_closes_for_the_next()
    {
        using TcpScript s = TcpScript.Accepted(sysctl: c =>
        {
            c.tcp_rmem_min = 1;
            c.tcp_mem_low = c.tcp_mem_pressure = c.tcp_mem_high = 0;
        });
        s.Inject("P. 1:1001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1001 win 0");
        s.Inject("P. 1001:2001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1001 win 46"); // the next ACK offers again: four segments, under pressure
        Assert.Equal(1, s.Mib[Snmp.TcpExtBeyondWindow]);
        Assert.Equal(1000, s.Read(5000).Value);
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void One_orphan_too_many_is_reset()
    {
        using TcpScript s = TcpScript.Accepted(sysctl: c => c.tcp_max_orphans = 0);
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.Close();
        s.Expect("F. 1001:1001(0) ack 1");
        s.Expect("R. 1002:1002(0) ack 1");
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPAbortOnMemory]);
        Assert.Equal(0, s.Host.Net.Tcp.Orphans);
    }
}
