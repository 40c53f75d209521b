// Tests of scripts that are not part of this repository: skipped visibly where the suite is not beside it.

namespace ActorNet.Packetdrill.Tests;

public sealed class SuiteFactAttribute : FactAttribute
{
    public SuiteFactAttribute() => Skip = SharedScripts.WhyNot;
}

public sealed class SuiteTheoryAttribute : TheoryAttribute
{
    public SuiteTheoryAttribute() => Skip = SharedScripts.WhyNot;
}
