// Reads a wire's keys: each direction's own, where it has them, else those of the section around it. Links of scenarios and the TUN command share it.

using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A wire of two directions, as a section with the wire keys, `forward` and `backward` says it.</summary>
public static class WireReader
{
    /// <summary>A section that is a wire and nothing else.</summary>
    public static readonly KeySet Keys = new("wire", [ScenarioKeys.Forward, ScenarioKeys.Backward, .. ScenarioKeys.WireKeys]);

    /// <summary>One direction of it.</summary>
    public static WireSpec Read(SectionReader section, NodeKey direction)
    {
        SettingsNode? node = section.Get(direction);
        SectionReader? own = node is null ? null : new SectionReader(node, ScenarioKeys.Wire, section.Errors);
        SectionReader From(Key key) => own is not null && own.Has(key) ? own : section;
        T Get<T>(Key<T> key) => From(key).Get(key);

        string queue = Get(ScenarioKeys.Queue);
        int? packets = null;
        long bytes = 0;
        if (Units.TryInteger(queue, out long n) && n is >= 0 and <= int.MaxValue) packets = (int)n;
        else if (Units.TrySize(queue, out bytes)) packets = int.MaxValue;
        else From(ScenarioKeys.Queue).Fail(ScenarioKeys.Queue, $"'{queue}': expected packets (1000) or {Units.SizeExpected}");
        if (!From(ScenarioKeys.Queue).Has(ScenarioKeys.Queue)) packets = null; // the device's own txqueuelen

        Duration delay = Get(ScenarioKeys.Delay);
        if (delay.Nanoseconds < 1) From(ScenarioKeys.Delay).Fail(ScenarioKeys.Delay, "a wire takes at least 1ns");
        if (Get(ScenarioKeys.Jitter) > delay) From(ScenarioKeys.Jitter).Fail(ScenarioKeys.Jitter, "is longer than the delay it varies");
        SectionReader ahead = From(ScenarioKeys.ReorderAhead);
        return new WireSpec
        {
            Rate = Get(ScenarioKeys.Rate), Delay = delay, Jitter = Get(ScenarioKeys.Jitter), KeepOrder = Get(ScenarioKeys.KeepOrder),
            Loss = Get(ScenarioKeys.Loss), Duplicate = Get(ScenarioKeys.Duplicate), Corrupt = Get(ScenarioKeys.Corrupt), Mark = Get(ScenarioKeys.Mark),
            Reorder = Get(ScenarioKeys.Reorder), ReorderGap = (int)Get(ScenarioKeys.ReorderGap),
            ReorderAhead = ahead.Maybe(ScenarioKeys.ReorderAhead),
            QueuePackets = packets, QueueBytes = bytes,
        };
    }
}
