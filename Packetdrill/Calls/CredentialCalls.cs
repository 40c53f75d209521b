// setuid(2) and its kin, setgroups(2), prctl(2) for PR_SET_KEEPCAPS, unshare(2). By number, so that on the real kernel they are of the script's thread alone.

using System.Buffers.Binary;

namespace ActorNet.Packetdrill;

/// <summary>setresuid(2) and the other calls whose arguments are ids; -1 leaves one as it is.</summary>
internal abstract class IdCall(int nr, int count) : SystemCall
{
    private readonly uint[] _ids = new uint[3];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(count);
        for (int i = 0; i < count; i++) _ids[i] = unchecked((uint)arguments.Int(i));
    }

    public override long OnKernel(IKernel kernel) => kernel.Call(nr, (nint)_ids[0], (nint)_ids[1], (nint)_ids[2]);

    public override ValueTask<SysResult> OnHost(HostProcess process) => OnHost(process.Os, _ids[0], _ids[1], _ids[2]);

    protected abstract ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c);
}

/// <summary>setuid(2).</summary>
[ScriptCall("setuid")]
internal sealed class SetUidCall() : IdCall(X64Ids.setuid, 1)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetUid(a);
}

/// <summary>setgid(2).</summary>
[ScriptCall("setgid")]
internal sealed class SetGidCall() : IdCall(X64Ids.setgid, 1)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetGid(a);
}

/// <summary>setreuid(2).</summary>
[ScriptCall("setreuid")]
internal sealed class SetReUidCall() : IdCall(X64Ids.setreuid, 2)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetReUid(a, b);
}

/// <summary>setregid(2).</summary>
[ScriptCall("setregid")]
internal sealed class SetReGidCall() : IdCall(X64Ids.setregid, 2)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetReGid(a, b);
}

/// <summary>setresuid(2).</summary>
[ScriptCall("setresuid")]
internal sealed class SetResUidCall() : IdCall(X64Ids.setresuid, 3)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetResUid(a, b, c);
}

/// <summary>setresgid(2).</summary>
[ScriptCall("setresgid")]
internal sealed class SetResGidCall() : IdCall(X64Ids.setresgid, 3)
{
    protected override ValueTask<SysResult> OnHost(Os os, uint a, uint b, uint c) => os.TrySetResGid(a, b, c);
}

/// <summary><c>setgroups([100, 200])</c>: the length is the array's.</summary>
[ScriptCall("setgroups")]
internal sealed class SetGroupsCall : SystemCall
{
    private uint[] _groups = [];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        if (arguments[0] is not ArrayExpr { Items: { } items }) throw arguments.Wrong(0, "[group, ...]");
        _groups = [.. items.Select(i => (uint)arguments.Constants.Evaluate(i))];
    }

    public override long OnKernel(IKernel kernel)
    {
        var list = new UserMemory(_groups.Length * sizeof(uint));
        for (int i = 0; i < _groups.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(list.Bytes.AsSpan(i * sizeof(uint)), _groups[i]);
        return kernel.Call(X64Ids.setgroups, _groups.Length, list.Pointer);
    }

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TrySetGroups(_groups);
}

/// <summary><c>capset(effective, permitted)</c>: bit masks, of the calling thread.</summary>
[ScriptCall("capset")]
internal sealed class CapSetCall : SystemCall
{
    private const uint Version3 = 0x2008_0522;
    private ulong _effective, _permitted;

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_effective, _permitted) = (unchecked((ulong)arguments.Long(0)), unchecked((ulong)arguments.Long(1)));
    }

    // struct __user_cap_header_struct, then two of __user_cap_data_struct: effective, permitted, inheritable of the low and of the high 32 bits.
    public override long OnKernel(IKernel kernel)
    {
        var header = new UserMemory(8);
        BinaryPrimitives.WriteUInt32LittleEndian(header.Bytes, Version3);
        var data = new UserMemory(24);
        BinaryPrimitives.WriteUInt32LittleEndian(data.Bytes, (uint)_effective);
        BinaryPrimitives.WriteUInt32LittleEndian(data.Bytes.AsSpan(4), (uint)_permitted);
        BinaryPrimitives.WriteUInt32LittleEndian(data.Bytes.AsSpan(12), (uint)(_effective >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(data.Bytes.AsSpan(16), (uint)(_permitted >> 32));
        return kernel.Call(X64Ids.capset, header.Pointer, data.Pointer);
    }

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryCapSet(_effective, _permitted);
}

/// <summary><c>prctl(PR_SET_KEEPCAPS, 1)</c>.</summary>
[ScriptCall("prctl")]
internal sealed class PrctlCall : SystemCall
{
    private int _option;
    private long _arg2;

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1, 2);
        (_option, _arg2) = (arguments.Int(0), arguments.Long(1, 0));
    }

    public override long OnKernel(IKernel kernel) => kernel.Call(X64Ids.prctl, _option, (nint)_arg2);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryPrctl(_option, unchecked((ulong)_arg2));
}

/// <summary><c>unshare(CLONE_NEWNET)</c>.</summary>
[ScriptCall("unshare")]
internal sealed class UnshareCall : SystemCall
{
    private int _flags;

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        _flags = arguments.Int(0);
    }

    public override long OnKernel(IKernel kernel) => kernel.Call(X64Ids.unshare, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryUnshare(_flags);
}

/// <summary><c>setns(3, CLONE_NEWNET)</c>.</summary>
[ScriptCall("setns")]
internal sealed class SetnsCall : SystemCall
{
    private int _fd, _type;

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_fd, _type) = (arguments.Int(0), arguments.Int(1));
    }

    public override long OnKernel(IKernel kernel) => kernel.Call(X64Ids.setns, kernel.Real(_fd), _type);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TrySetns(process.Fd(_fd), _type);
}

/// <summary>Their numbers on x86-64.</summary>
internal static class X64Ids
{
    public const int setuid = 105, setgid = 106, setreuid = 113, setregid = 114, setgroups = 116, setresuid = 117, setresgid = 119, capset = 126, prctl = 157,
        unshare = 272, setns = 308;
}
