// How a port table lies in memory: for those who measure it. Nothing here is asked when packets come.

using System.Runtime.CompilerServices;

namespace ActorNet.Protocols;

/// <summary>What a look-up by address and port has to read.</summary>
/// <param name="Slots">Slots of the index, 8 bytes each.</param>
/// <param name="RowBytes">Bytes of a socket's row.</param>
/// <param name="SlotsPerLookup">Slots read until a row's own is found, mean over all that the index shows.</param>
/// <param name="MostSlots">The same of the row that is farthest from its place.</param>
public readonly record struct PortTableShape(int Slots, int RowBytes, double SlotsPerLookup, int MostSlots);

public sealed partial class PortTable<TOwner>
{
    /// <summary>The shape at this moment. Walks the whole index.</summary>
    public PortTableShape Shape
    {
        get
        {
            (double mean, int most) = _byAddress.Reads();
            return new PortTableShape((int)(_byAddress.Bytes / 8), Unsafe.SizeOf<Row>(), mean, most);
        }
    }
}
