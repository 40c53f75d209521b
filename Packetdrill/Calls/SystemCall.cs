// A system call of the language: the one place where a call's arguments are read, the call is made (of the real kernel and of a simulated host),
// and what it gave is written down. A new call is a new subclass with [ScriptCall]; nothing else has to know of it.

namespace ActorNet.Packetdrill;

/// <summary>The names that a class of calls answers to.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ScriptCallAttribute(params string[] names) : Attribute
{
    public string[] Names { get; } = names;
}

/// <summary>What a call gave through one of its pointers.</summary>
/// <param name="Argument">Which argument, from 0.</param>
public readonly record struct Output(int Argument, Expr Value);

/// <summary>One call of one run: made once, on one side.</summary>
public abstract class SystemCall
{
    /// <summary>The line it stands on.</summary>
    public SyscallEvent Event { get; private set; } = null!;

    /// <summary>The call's name.</summary>
    public string Name => Event.Name;

    /// <summary>It returns a descriptor, whose number is taken before the call waits.</summary>
    public virtual bool ReturnsDescriptor => false;

    /// <summary>Reads the call of a line; its memory is made and filled.</summary>
    /// <exception cref="ScriptException">There is no such call, or its arguments are wrong.</exception>
    public static SystemCall Read(SyscallEvent line, Constants constants)
    {
        SystemCall call = CallTable.Make(line);
        call.Event = line;
        try
        {
            call.ReadArguments(new Arguments(line, constants));
        }
        catch (NotSayableException e)
        {
            throw new ScriptException(line.At, $"a program cannot have this: {e.Message}");
        }

        return call;
    }

    /// <summary>Makes the call of the real kernel: its value, or minus the errno.</summary>
    public abstract long OnKernel(IKernel kernel);

    /// <summary>Makes the call of a simulated host. Buffers that come back are filled as the kernel would fill them.</summary>
    public abstract ValueTask<SysResult> OnHost(HostProcess process);

    /// <summary>What the call gave beside its result, once it has returned.</summary>
    /// <param name="result">Its value; -1 when it failed.</param>
    public virtual IEnumerable<Output> Outputs(long result) => [];

    protected abstract void ReadArguments(Arguments arguments);
}
