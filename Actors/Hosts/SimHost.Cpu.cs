// A host's processors, and who watches its socket locks.

namespace ActorNet.Actors;

public sealed partial class SimHost
{
    /// <summary>The host's processors and the time they have spent; null while nothing takes time.</summary>
    public Cpu? Cpu => Plan.Net.Cpu;

    /// <summary>What work costs on this host. Before the network boots.</summary>
    /// <exception cref="ArgumentException">A cost is negative, or there are no cores, or too many.</exception>
    public SimHost SetCpu(CpuModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Network.HasBooted) throw new InvalidOperationException($"host {Name}: the network has booted; what work costs is given before");
        if (model.Validate() is { } wrong) throw new ArgumentException($"host {Name}: cpu: {wrong}", nameof(model));
        Plan.SetCpu(model);
        return this;
    }

    /// <summary>Is told, in the host's turn, of everything that happens to a socket's lock on this host (its first namespace).</summary>
    public void OnSocketLock(Action<SockLockEvent> observer) => Plan.Stack.LockObserver += observer;
}
