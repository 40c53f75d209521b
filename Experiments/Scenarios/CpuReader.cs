// Reads `cpu`: a host's processors and what work costs on them.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Reads a CPU model, key by key over another.</summary>
internal static class CpuReader
{
    /// <summary>The model of this section over one that it is based on; null when neither is there.</summary>
    public static CpuModel? Read(SettingsNode? section, CpuModel? over, ScenarioErrors errors)
    {
        if (section is null) return over;
        var reader = new SectionReader(section, ScenarioKeys.CpuCosts, errors);
        CpuModel model = over ?? new CpuModel();
        return model with
        {
            Cores = reader.Has(ScenarioKeys.Cores) ? (int)reader.Get(ScenarioKeys.Cores) : model.Cores,
            Syscall = reader.Maybe(ScenarioKeys.SyscallCost) ?? model.Syscall,
            Interrupt = reader.Maybe(ScenarioKeys.InterruptCost) ?? model.Interrupt,
            Device = reader.Maybe(ScenarioKeys.DeviceCost) ?? model.Device,
            Ip = reader.Maybe(ScenarioKeys.IpCost) ?? model.Ip,
            Transport = reader.Maybe(ScenarioKeys.TransportCost) ?? model.Transport,
        };
    }
}
