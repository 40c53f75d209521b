// fd_set (include/uapi/linux/posix_types.h): a bit for each descriptor; what select(2) takes and rewrites.

using System.Runtime.CompilerServices;

namespace ActorNet.Actors;

/// <summary>A set of descriptors below <see cref="Size"/>.</summary>
public struct FdSet
{
    /// <summary>FD_SETSIZE.</summary>
    public const int Size = 1024;

    private const int Bits = 64;
    private Words _words;

    public FdSet(params ReadOnlySpan<int> fds)
    {
        foreach (int fd in fds) Set(fd);
    }

    /// <summary>FD_SET.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1023.</exception>
    public void Set(int fd)
    {
        Check(fd);
        _words[fd / Bits] |= 1UL << fd % Bits;
    }

    /// <summary>FD_CLR.</summary>
    /// <inheritdoc cref="Set"/>
    public void Clear(int fd)
    {
        Check(fd);
        _words[fd / Bits] &= ~(1UL << fd % Bits);
    }

    /// <summary>FD_ISSET; false beyond the set.</summary>
    public readonly bool IsSet(int fd) => (uint)fd < Size && (_words[fd / Bits] >> fd % Bits & 1) != 0;

    private static void Check(int fd)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fd);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fd, Size);
    }

    [InlineArray(Size / Bits)]
    private struct Words
    {
        private ulong _first;
    }
}

/// <summary>The sets of one select(2): what is asked for, and afterwards what is ready. It is the call's until it is answered.</summary>
public sealed class FdSets
{
    /// <summary>Null is the null pointer: nobody asks.</summary>
    public FdSet? Read { get; set; }

    /// <inheritdoc cref="Read"/>
    public FdSet? Write { get; set; }

    /// <inheritdoc cref="Read"/>
    public FdSet? Except { get; set; }

    /// <summary>What is left of the time-out, as select(2) writes it back (pselect6's C wrapper hides it).</summary>
    public Duration Left { get; internal set; }
}
