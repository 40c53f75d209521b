// One transfer between the simulated TCP and the real kernel: what the wire does, and what each side is allowed to negotiate.

using System.Globalization;

namespace ActorNet.Interop.Tests;

/// <summary>Whether a feature of TCP is on at both ends, or at one end only.</summary>
public enum Feature { On, OffAtKernel, OffHere }

/// <summary>Who sends the bulk of the data.</summary>
public enum Bulk { ToServer, ToClient, BothWays }

/// <summary>A case. Its name says all of it, and can be read back.</summary>
/// <param name="Loss">Percent, in each direction.</param>
public sealed record InteropCase(
    int Loss, bool Reorder, Feature Sack, Feature Timestamps, Feature WindowScaling, Feature Ecn, Feature FastOpen, bool LinuxIsClient, Bulk Bulk, bool Reno)
{
    /// <summary>How many values each of the parameters has, in their order.</summary>
    public static readonly int[] Levels = [3, 2, 3, 3, 3, 3, 3, 2, 3, 2];

    private static readonly int[] s_losses = [0, 1, 5];

    /// <summary>From a value's number for each parameter.</summary>
    public static InteropCase From(ReadOnlySpan<int> v) => new(
        s_losses[v[0]], v[1] == 1, (Feature)v[2], (Feature)v[3], (Feature)v[4], (Feature)v[5], (Feature)v[6], v[7] == 1, (Bulk)v[8], v[9] == 1);

    /// <summary>Of the wire's faults and the host's numbers: another for each case, the same every time.</summary>
    public ulong Seed
    {
        get
        {
            ulong h = 0xCBF29CE484222325; // FNV-1a
            foreach (char c in ToString()) h = (h ^ c) * 0x100000001B3;
            return h;
        }
    }

    /// <summary>Marks in place of some losses, where a mark can be understood.</summary>
    public bool Marks => Ecn == Feature.On && Loss > 0;

    /// <summary>Whether the wire does anything that TCP has to mend.</summary>
    public bool IsClean => Loss == 0 && !Reorder;

    public string CongestionControl => Reno ? "reno" : "cubic";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(LinuxIsClient ? "linux-client" : "linux-server")} {Bulk} loss={Loss}% reorder={(Reorder ? "5%" : "0%")} sack={Sack} ts={Timestamps} ws={WindowScaling} ecn={Ecn} tfo={FastOpen} {CongestionControl}");
}
