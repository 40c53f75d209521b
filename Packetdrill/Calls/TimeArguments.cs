// struct timespec, struct timeval, struct itimerspec: {tv_sec=0, tv_nsec=10000000}, {tv_sec=0, tv_usec=10000}, {it_interval={…}, it_value={…}}.

namespace ActorNet.Packetdrill;

/// <summary>Times as a call is given them.</summary>
internal static class TimeArguments
{
    public const int Size = 16;

    /// <summary>Writes seconds and the fraction, which is called tv_nsec or tv_usec.</summary>
    public static void Write(Arguments arguments, Expr e, Span<byte> memory)
    {
        if (e is not StructExpr s) throw Arguments.Wrong(e, "{tv_sec=, tv_nsec=} or {tv_sec=, tv_usec=}");
        BinaryPrimitives.WriteInt64LittleEndian(memory, Field(s, "tv_sec"));
        BinaryPrimitives.WriteInt64LittleEndian(memory[8..], s["tv_usec"] is null ? Field(s, "tv_nsec") : Field(s, "tv_usec"));
        long Field(StructExpr of, string name) => of[name] is { } f ? arguments.Constants.Evaluate(f.Value) : 0;
    }

    /// <summary>A time-out, or the null pointer.</summary>
    public static UserMemory Read(Arguments arguments, int i)
    {
        if (arguments.IsNull(i)) return UserMemory.Null;
        var memory = new UserMemory(Size);
        Write(arguments, arguments[i], memory.Bytes);
        return memory;
    }

    /// <summary>For the host's side: in nanoseconds; null is the null pointer.</summary>
    /// <param name="unit">Nanoseconds of one of the fraction: 1, or 1000 of a timeval.</param>
    public static Duration? ToHost(UserMemory memory, int unit) => memory.IsNull ? null : ToHost(memory.Bytes, unit);

    /// <inheritdoc cref="ToHost(UserMemory, int)"/>
    public static Duration ToHost(ReadOnlySpan<byte> memory, int unit)
    {
        long seconds = BinaryPrimitives.ReadInt64LittleEndian(memory), fraction = BinaryPrimitives.ReadInt64LittleEndian(memory[8..]);
        if (unit == 1 && fraction is < 0 or >= 1_000_000_000) throw new NotSayableException("a second's fraction of a second or more");
        return new Duration(seconds * 1_000_000_000 + fraction * unit);
    }
}
