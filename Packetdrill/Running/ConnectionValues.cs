// What code blocks know of the connection, by the names of include/uapi: TCP_INFO, TCP_CC_INFO, SO_MEMINFO; and the constants.

using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>The values of one moment.</summary>
internal sealed class ConnectionValues
{
    private static readonly Layout s_info = Layout.Find("tcp_info")!;

    // SO_MEMINFO's fields in their order, bytes.
    private static readonly string[] s_memory =
    [
        "SK_MEMINFO_RMEM_ALLOC", "SK_MEMINFO_RCVBUF", "SK_MEMINFO_WMEM_ALLOC", "SK_MEMINFO_SNDBUF", "SK_MEMINFO_FWD_ALLOC", "SK_MEMINFO_WMEM_QUEUED", "SK_MEMINFO_OPTMEM",
        "SK_MEMINFO_BACKLOG", "SK_MEMINFO_DROPS",
    ];

    private readonly Dictionary<string, BigInteger> _values = new(StringComparer.Ordinal);
    private readonly Constants _constants;

    private ConnectionValues(Constants constants) => _constants = constants;

    /// <summary>Asks a socket; a descriptor below 0 is none.</summary>
    public static async ValueTask<ConnectionValues> Read(ISocketCalls calls, int fd, Constants constants)
    {
        var all = new ConnectionValues(constants);
        if (fd < 0) return all;
        byte[] b = new byte[512];
        int length = await Ask(SockLevel.TCP, (int)TcpOpt.TCP_INFO, s_info.Size);
        all.Add(s_info, b, length);
        length = await Ask(SockLevel.SOCKET, (int)SockOpt.SO_MEMINFO, s_memory.Length * sizeof(uint));
        ReadOnlySpan<uint> memory = MemoryMarshal.Cast<byte, uint>(b.AsSpan(0, length));
        for (int i = 0; i < memory.Length; i++) all._values[s_memory[i]] = memory[i];
        length = await Ask(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, 16);
        string control = Encoding.ASCII.GetString(b, 0, length).TrimEnd('\0');
        if (Layout.Find($"tcp_{control}_info") is not { } layout) return all;
        length = await Ask(SockLevel.TCP, (int)TcpOpt.TCP_CC_INFO, layout.Size);
        all.Add(layout, b, length);
        // Not a field: packetdrill's own name for the two halves together.
        if (all._values.TryGetValue("bbr_bw_lo", out BigInteger low) && all._values.TryGetValue("bbr_bw_hi", out BigInteger high)) all._values["bbr_bw"] = (high << 32) + low;
        return all;

        async ValueTask<int> Ask(SockLevel level, int option, int room)
        {
            SysResult r = await calls.TryGetSockOpt(fd, level, option, b.AsMemory(0, room));
            return r.IsOk ? (int)r.Value : 0;
        }
    }

    /// <summary>The value of a name; null when it is not known.</summary>
    public object? Find(string name) => _values.TryGetValue(name, out BigInteger value) ? value : _constants.Find(name) is { } constant ? new BigInteger(constant) : null;

    // All fields are unsigned.
    private void Add(Layout layout, byte[] bytes, int length)
    {
        foreach (Field field in layout.Decode(bytes.AsSpan(0, length)).Fields)
        {
            if (field.Name is { } name && _constants.TryEvaluate(field.Value) is { } v) _values[name] = v < 0 ? new BigInteger(unchecked((ulong)v)) : v;
        }
    }
}
