// A bridge's forwarding database (net/bridge/br_fdb.c): behind which port an address was last seen, and when.

using System.Runtime.InteropServices;

namespace ActorNet.Devices.Switching;

/// <summary>Learned addresses. Pure. Allocates only when it grows.</summary>
/// <param name="ageing">After how long an address that was not seen is unknown again (bridge: 300 s).</param>
public sealed class ForwardingTable(Duration ageing)
{
    // Keyed by number and never enumerated into the trace: the dictionary's order does not matter.
    private readonly Dictionary<ulong, Entry> _entries = [];
    private int _sweepAt = 1024;

    /// <summary>Entries held, aged ones included until the next sweep.</summary>
    public int Count => _entries.Count;

    /// <summary>An address was seen behind a port. Group addresses and zero are never learned. True if it is new there.</summary>
    public bool Learn(MacAddress source, int port, Instant now)
    {
        if (source.IsGroup || source == MacAddress.Zero) return false;
        if (_entries.Count >= _sweepAt) Sweep(now);
        ref Entry e = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, source.Value, out bool known);
        bool moved = !known || e.Port != port;
        e.Port = port;
        e.Seen = now.Nanoseconds;
        return moved;
    }

    /// <summary>The port an address is behind, or 0: not known, or not seen for too long.</summary>
    public int Lookup(MacAddress destination, Instant now)
    {
        ref Entry e = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, destination.Value);
        return System.Runtime.CompilerServices.Unsafe.IsNullRef(ref e) || now.Nanoseconds - e.Seen >= ageing.Nanoseconds ? 0 : e.Port;
    }

    /// <summary>br_fdb_delete_by_port: the port has lost its carrier.</summary>
    public void Forget(int port)
    {
        foreach (KeyValuePair<ulong, Entry> e in _entries)
        {
            if (e.Value.Port == port) _entries.Remove(e.Key);
        }
    }

    private void Sweep(Instant now)
    {
        foreach (KeyValuePair<ulong, Entry> e in _entries)
        {
            if (now.Nanoseconds - e.Value.Seen >= ageing.Nanoseconds) _entries.Remove(e.Key);
        }

        _sweepAt = Math.Max(1024, 2 * _entries.Count);
    }

    private struct Entry
    {
        public long Seen;
        public int Port;
    }
}
