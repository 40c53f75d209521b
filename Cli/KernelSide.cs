// The kernel's side of a TUN or TAP device is set up with `ip` (iproute2).

using System.Diagnostics;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>Runs `ip`, in the network namespace of the calling thread.</summary>
internal static class KernelSide
{
    /// <exception cref="ScenarioException">It is not there, or refuses; one line.</exception>
    public static void Ip(params string[] arguments)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            string error = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            if (ip.ExitCode != 0) throw new ScenarioException($"ip {string.Join(' ', arguments)}: {error.Trim().ReplaceLineEndings(" ")}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ScenarioException($"ip (of iproute2) is needed to set up the device: {e.Message}");
        }
    }
}
