// Reading and writing a packet's headers, and summing it: what each packet takes at least once on its way.

using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;
using BenchmarkDotNet.Attributes;

namespace ActorNet.Benchmarks.Pieces;

[MemoryDiagnoser]
public class PacketPieces
{
    private readonly byte[] _frame = new byte[14 + 20 + 32 + 1_448], _copy = new byte[1_460];

    [GlobalSetup]
    public void Build()
    {
        Span<byte> ip = _frame.AsSpan(14);
        new Ipv4Header(20, 0, 20 + 32 + 1_448, 1, Ipv4Header.IP_DF, 64, (byte)IpProtocol.TCP, 0x0A000001, 0x0A000002).Emit(ip);
        Span<byte> tcp = ip[20..];
        TcpHeader.Emit(tcp, 40_000, 80, 1, 2, 32, TcpFlags.ACK, 500, 0);
        new byte[] { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 }.CopyTo(tcp[20..]);
        if (!Ipv4Header.TryParse(ip, out _, out DropReason reason)) throw new InvalidOperationException(reason.ToString());
    }

    [Benchmark(Baseline = true)]
    public void Copy_1460() => _frame.AsSpan(0, 1_460).CopyTo(_copy);

    [Benchmark]
    public ushort Checksum_1460() => InternetChecksum.Compute(_frame.AsSpan(0, 1_460));

    [Benchmark]
    public uint Copy_and_checksum_1460() => InternetChecksum.CopyAndSum(_frame.AsSpan(0, 1_460), _copy);

    [Benchmark]
    public bool Parse_ipv4() => Ipv4Header.TryParse(_frame.AsSpan(14), out _, out _);

    [Benchmark]
    public uint Parse_tcp_with_timestamps()
    {
        var th = new TcpHeader(_frame.AsSpan(34));
        TcpOptionsReceived.Parse(th.Options, th.Syn, out TcpOptionsReceived o);
        return th.Seq.Value + o.TsVal;
    }

    [Benchmark]
    public void Emit_tcp() => TcpHeader.Emit(_copy, 40_000, 80, 1, 2, 32, TcpFlags.ACK, 500, 0);
}
