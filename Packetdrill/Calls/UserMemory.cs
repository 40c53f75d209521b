// Memory of the calling program: what a call's pointers point to. It does not move, so that the real kernel can be given its address.

namespace ActorNet.Packetdrill;

/// <summary>A piece of a program's memory, or the null pointer.</summary>
public sealed class UserMemory
{
    public static readonly UserMemory Null = new(0) { IsNull = true };

    // A call that has handed an address to the kernel may be the last to have known the object.
    [ThreadStatic]
    private static List<UserMemory>? t_kept;

    // More than any program here needs.
    private const int Most = 1 << 28;

    /// <summary>Zeroes.</summary>
    /// <exception cref="NotSayableException">More than 256 MB.</exception>
    public UserMemory(int size)
    {
        if (size > Most) throw new NotSayableException($"{size} bytes of memory");
        Bytes = GC.AllocateArray<byte>(size, pinned: true);
        t_kept?.Add(this);
    }

    public UserMemory(ReadOnlySpan<byte> content, int size)
        : this(size)
    {
        int n = Math.Min(content.Length, size);
        content[..n].CopyTo(Bytes);
        Bytes.AsSpan(n).Clear();
    }

    /// <summary>From now on what this thread makes lives as long as the thread: it makes calls of the real kernel.</summary>
    public static void KeepAll() => t_kept ??= [];

    public byte[] Bytes { get; }

    public bool IsNull { get; private init; }

    public int Size => Bytes.Length;

    /// <summary>Its address; 0 of the null pointer.</summary>
    public unsafe nint Pointer => IsNull ? 0 : (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Bytes));

    /// <summary>An int in memory, such as a socklen_t that goes in and comes out.</summary>
    public static UserMemory OfInt(int value)
    {
        var m = new UserMemory(sizeof(int));
        m.Int = value;
        return m;
    }

    public int Int
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(Bytes);
        set => BinaryPrimitives.WriteInt32LittleEndian(Bytes, value);
    }

    /// <summary>The first bytes as a string of the language.</summary>
    public Text ToText(int length) => new(Bytes[..Math.Clamp(length, 0, Size)]);
}
