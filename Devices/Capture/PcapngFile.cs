// A capture in pcapng (IETF draft-ietf-opsawg-pcapng): section header, one interface description per device, one enhanced packet block per frame.
// Always little-endian, nanoseconds, direction flags. Writing is synchronous and buffered: it takes wall-clock time and no virtual time.

using System.Buffers;
using System.Text;

namespace ActorNet.Devices.Capture;

/// <summary>LINKTYPE_*.</summary>
public enum LinkType : ushort { ETHERNET = 1, RAW = 101 }

/// <summary>What the section header says of the machine and program, and how much of a frame is kept.</summary>
/// <param name="SnapLen">Bytes kept of each frame; 0 for all.</param>
/// <param name="Epoch">Nanoseconds since 1970 that the run's time zero is shown as.</param>
public sealed record PcapngOptions(
    int SnapLen = 0, long Epoch = 0, string Hardware = "simulated host", string Os = "ActorNet", string Application = "ActorNet", string? Comment = null);

/// <summary>A capture file of one or several devices of one host. Blocks are written in the order of their times.</summary>
/// <remarks>
/// A frame to be sent may be told of before it leaves its queue; it is kept until the host's time reaches its own. If the disk fails,
/// <see cref="Error"/> says why, the file ends there, and the run goes on.
/// </remarks>
public sealed class PcapngFile : IDisposable
{
    private readonly Lock _gate = new(); // devices of one host share a file; with Akka they may run at once
    private readonly Stream _stream;
    private readonly PcapngOptions _options;
    private readonly PriorityQueue<Later, (long At, long Order)> _later = new();
    private byte[] _block;
    private int _interfaces;
    private long _order, _now;
    private bool _closed;

    public PcapngFile(Stream stream, PcapngOptions? options = null)
    {
        _stream = stream;
        _options = options ?? new PcapngOptions();
        int texts = _options.Hardware.Length + _options.Os.Length + _options.Application.Length + (_options.Comment?.Length ?? 0);
        _block = new byte[2048 + 4 * texts];
        WriteSectionHeader();
    }

    /// <summary>Packets written.</summary>
    public long Packets { get; private set; }

    /// <summary>Why it stopped early, or null.</summary>
    public string? Error { get; private set; }

    /// <exception cref="IOException">It cannot be made; also UnauthorizedAccessException.</exception>
    public static PcapngFile Create(string path, PcapngOptions? options = null) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16), options);

    /// <summary>Describes a device and gives its number in the file.</summary>
    /// <param name="speed">Bit/s; 0 for not known.</param>
    public int AddInterface(string name, LinkType type, MacAddress address, long speed)
    {
        lock (_gate)
        {
            var w = new BlockWriter(_block);
            w.Begin(1);
            w.UInt16((ushort)type);
            w.UInt16(0);
            w.UInt32((uint)_options.SnapLen);
            w.Option(2, Encoding.UTF8.GetBytes(name));
            if (type == LinkType.ETHERNET)
            {
                Span<byte> mac = stackalloc byte[6];
                address.Write(mac);
                w.Option(6, mac);
            }

            if (speed > 0)
            {
                Span<byte> bits = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(bits, speed);
                w.Option(8, bits);
            }

            w.Option(9, [9]); // if_tsresol: 10^-9 s
            w.Option(12, Encoding.UTF8.GetBytes(_options.Os));
            w.EndOptions();
            Write(w.End());
            return _interfaces++;
        }
    }

    /// <summary>A frame that passes the device's tap at a time that may lie ahead of the host's now.</summary>
    /// <param name="type">OUTGOING for sent frames; for received ones whom they were for.</param>
    public void Record(int device, Instant at, Instant now, PacketType type, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_closed) return;
            _now = Math.Max(_now, now.Nanoseconds);
            WriteUpTo(_now);
            int kept = _options.SnapLen == 0 ? frame.Length : Math.Min(frame.Length, _options.SnapLen);
            if (at.Nanoseconds <= _now)
            {
                WritePacket(device, at.Nanoseconds, type, frame[..kept], frame.Length);
                return;
            }

            byte[] copy = ArrayPool<byte>.Shared.Rent(kept);
            frame[..kept].CopyTo(copy);
            _later.Enqueue(new Later(device, type, copy, kept, frame.Length), (at.Nanoseconds, _order++));
        }
    }

    /// <summary>Ends the capture at a time: frames that would have left later are not in it.</summary>
    public void Close(Instant end)
    {
        lock (_gate)
        {
            if (_closed) return;
            WriteUpTo(Math.Max(_now, end.Nanoseconds));
            _closed = true;
            try
            {
                _stream.Dispose();
            }
            catch (IOException e)
            {
                Error ??= e.Message;
            }
        }
    }

    public void Dispose() => Close(new Instant(_now));

    private void WriteUpTo(long now)
    {
        while (_later.TryPeek(out Later p, out (long At, long Order) key) && key.At <= now)
        {
            _later.Dequeue();
            WritePacket(p.Device, key.At, p.Type, p.Bytes.AsSpan(0, p.Kept), p.Length);
            ArrayPool<byte>.Shared.Return(p.Bytes);
        }
    }

    private void WriteSectionHeader()
    {
        var w = new BlockWriter(_block);
        w.Begin(0x0A0D0D0A);
        w.UInt32(0x1A2B3C4D);
        w.UInt16(1);
        w.UInt16(0);
        w.UInt64(ulong.MaxValue); // section length: not told
        if (_options.Comment is { } comment) w.Option(1, Encoding.UTF8.GetBytes(comment));
        w.Option(2, Encoding.UTF8.GetBytes(_options.Hardware));
        w.Option(3, Encoding.UTF8.GetBytes(_options.Os));
        w.Option(4, Encoding.UTF8.GetBytes(_options.Application));
        w.EndOptions();
        Write(w.End());
    }

    private void WritePacket(int device, long at, PacketType type, ReadOnlySpan<byte> kept, int length)
    {
        if (_block.Length < kept.Length + 64) _block = new byte[kept.Length + 4096];
        ulong time = (ulong)(at + _options.Epoch);
        var w = new BlockWriter(_block);
        w.Begin(6);
        w.UInt32((uint)device);
        w.UInt32((uint)(time >> 32));
        w.UInt32((uint)time);
        w.UInt32((uint)kept.Length);
        w.UInt32((uint)length);
        w.Padded(kept);
        // epb_flags: bits 0-1 direction (1 in, 2 out), bits 2-4 reception (1 unicast, 2 multicast, 3 broadcast, 4 promiscuous)
        uint flags = type switch
        {
            PacketType.OUTGOING => 2,
            PacketType.MULTICAST => 1 | 2 << 2,
            PacketType.BROADCAST => 1 | 3 << 2,
            PacketType.OTHERHOST => 1 | 4 << 2,
            _ => 1 | 1 << 2,
        };
        w.OptionUInt32(2, flags);
        w.EndOptions();
        Write(w.End());
        if (Error is null) Packets++;
    }

    private void Write(ReadOnlySpan<byte> block)
    {
        if (Error is not null) return;
        try
        {
            _stream.Write(block);
        }
        catch (IOException e)
        {
            Error = e.Message;
        }
    }

    private readonly record struct Later(int Device, PacketType Type, byte[] Bytes, int Kept, int Length);
}
