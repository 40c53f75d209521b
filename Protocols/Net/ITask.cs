// `current` (include/linux/sched.h): whose call is being handled, as protocols, security modules and cgroup programs may ask of it.

namespace ActorNet.Protocols;

/// <summary>A process, as the socket layer sees its caller.</summary>
public interface ITask
{
    int Pid { get; }

    /// <summary>comm.</summary>
    string Name { get; }

    Credentials Credentials { get; }
}

/// <summary>Nobody's call: the kernel's own work, which may do anything.</summary>
public sealed class KernelTask : ITask
{
    public static readonly KernelTask Instance = new();

    private KernelTask()
    {
    }

    public int Pid => 0;

    public string Name => "swapper";

    public Credentials Credentials => Credentials.Root;
}
