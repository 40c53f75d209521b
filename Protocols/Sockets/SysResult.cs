// What a system call answers: a value, or an errno. The kernel's "negative is an error" as a type.

namespace ActorNet.Protocols;

/// <summary>The result of a system call: <see cref="Value"/> (≥ 0) when <see cref="Errno"/> is OK.</summary>
public readonly record struct SysResult(long Value, Errno Errno)
{
    public bool IsOk => Errno == Errno.OK;

    /// <summary>As the kernel returns it: the value, or minus the errno.</summary>
    public long Raw => IsOk ? Value : -(long)Errno;

    public static implicit operator SysResult(long value) => new(value, Errno.OK);

    public static implicit operator SysResult(Errno errno) => new(0, errno);

    public override string ToString() => IsOk ? Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"-1 {Errno}";
}
