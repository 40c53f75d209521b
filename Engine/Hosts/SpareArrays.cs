// Arrays that one queue of events has let go and another, or the same one a moment later, takes: a host that is crowded, idle and crowded again would
// otherwise allocate at each turn, and one that kept them would hold them for ever. One thread's own; a few of each length.

using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorNet.Engine.Hosts;

internal static class SpareArrays<T>
{
    // Of lengths 2^8 to 2^16; shorter ones are not worth it, longer ones are for once.
    private const int Shortest = 8, Longest = 16;

    private const int MostOfEach = 4;

    [ThreadStatic]
    private static Stack<T[]>?[]? t_spares;

    /// <summary>An array of this length, a power of two: what is in it is whatever was left there.</summary>
    public static T[] Take(int length)
    {
        int size = BitOperations.Log2((uint)length);
        return size is >= Shortest and <= Longest && t_spares?[size - Shortest] is { Count: > 0 } spares ? spares.Pop() : new T[length];
    }

    /// <summary>The same with twice the room, at least <paramref name="least"/>.</summary>
    public static void Grow(ref T[] array, int count, int least)
    {
        T[] grown = Take(Math.Max(least, array.Length * 2));
        Array.Copy(array, grown, count);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            Array.Clear(array, 0, count); // the next to take it must not keep alive what lay here
        Put(array);
        array = grown;
    }

    /// <summary>Nobody needs it now. It must hold no references.</summary>
    public static void Put(T[] array)
    {
        int size = array.Length == 0 ? 0 : BitOperations.Log2((uint)array.Length);
        if (size is < Shortest or > Longest)
            return;
        Stack<T[]> spares = (t_spares ??= new Stack<T[]>?[Longest - Shortest + 1])[size - Shortest] ??= new Stack<T[]>();
        if (spares.Count < MostOfEach)
            spares.Push(array);
    }
}
