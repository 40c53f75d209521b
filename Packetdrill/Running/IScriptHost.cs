// What a script is played on, whoever it is: a simulated host of actors, or the machines alone.

namespace ActorNet.Packetdrill;

/// <summary>A host under a script: its calls, its clock, its end of the script's wire.</summary>
internal interface IScriptHost
{
    /// <summary>How verdicts name it.</summary>
    string Name { get; }

    Net Net { get; }

    ISocketCalls Sockets { get; }

    /// <summary>All calls of a process; null where there is none.</summary>
    Os? Os { get; }

    Instant Now { get; }

    /// <summary>Lets the host's time pass.</summary>
    ValueTask Delay(Duration time);

    /// <summary>Waits for something that is under way on the host.</summary>
    ValueTask<T> Finish<T>(ValueTask<T> call);

    /// <summary>Begins something beside the script.</summary>
    void Spawn(Func<Task> body);

    /// <summary>Waits until <see cref="PacketSent"/>, but no longer than so.</summary>
    ValueTask AwaitPacket(Duration atMost);

    /// <summary>The wire has a packet of the host's.</summary>
    void PacketSent();

    /// <summary>A packet comes in by the script's device: data at the IP header.</summary>
    void Inject(SkBuff packet);

    /// <summary>What a file of the host holds; null when there is none.</summary>
    /// <exception cref="NotApplicableException">The host has no files.</exception>
    ValueTask<string?> ReadFile(string path);

    /// <inheritdoc cref="ReadFile"/>
    void AddFile(string path, byte[] content);

    /// <inheritdoc cref="ReadFile"/>
    void RemoveFile(string path);
}
