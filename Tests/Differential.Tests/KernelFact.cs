// A test that asks the real kernel: Linux, x86-64, root. Elsewhere it is reported as skipped, with the reason.

namespace ActorNet.Differential.Tests;

[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelFactAttribute : FactAttribute
{
    public override string? Skip
    {
        get { return Kernel.WhyNot; }
        set { _ = value; } // the machine decides, nobody else
    }
}
