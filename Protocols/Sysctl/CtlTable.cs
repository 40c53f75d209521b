// struct ctl_table (include/linux/sysctl.h): one setting: its name, who may do what, and how its text is read and written.

namespace ActorNet.Protocols;

/// <summary>What a setting is kept in: a namespace's settings, and a device's own where there is one.</summary>
/// <param name="Device">Null for the directories `all` and `default`, and for what belongs to no device.</param>
public readonly record struct SysctlScope(NetSysctl Net, InDevice? Device = null, Fib? Fib = null);

/// <summary>A field of a namespace's settings.</summary>
public delegate ref T SysctlField<T>(NetSysctl settings);

/// <summary>One setting below /proc/sys/net.</summary>
/// <param name="name">Dotted, as sysctl(8) has it; a setting of devices has DEV in the place of the device's name.</param>
/// <param name="mode">Permission bits of its file.</param>
public abstract class CtlTable(string name, int mode = CtlTable.Writable)
{
    /// <summary>0644 and 0444.</summary>
    public const int Writable = 0x1A4, ReadOnly = 0x124;

    public string Name { get; } = name;

    public int Mode { get; } = mode;

    /// <summary>It is one for the whole machine: only the host's first namespace shows it.</summary>
    public bool InitOnly { get; init; }

    /// <summary>Other namespaces show it but do not let it be written (net.core.rmem_max).</summary>
    public bool InitWritable { get; init; }

    /// <summary>A write moves the file's position on.</summary>
    public virtual bool MovesPosition => true;

    /// <summary>A value with commas in it: it is one text.</summary>
    public virtual bool IsList => false;

    /// <summary>What it takes, in words.</summary>
    public abstract string Takes { get; }

    /// <summary>The setting's text, without the newline.</summary>
    public abstract string Read(in SysctlScope scope);

    /// <summary>Takes a write of at least one byte.</summary>
    /// <param name="consumed">What write(2) returns.</param>
    /// <returns>EINVAL for what is no such value or out of range; what came before it in a vector has been set.</returns>
    public abstract Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed);

    /// <summary>Takes a write that does not begin at the start of the file: numbers pass it over (proc_first_pos_non_zero_ignore).</summary>
    public virtual Errno Append(in SysctlScope scope, long position, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        return Errno.OK;
    }
}
