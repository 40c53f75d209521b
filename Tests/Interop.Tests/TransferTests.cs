// The real kernel as peer: every case's content arrives, tshark sees nothing that the wire does not explain, and what was to be negotiated was.

namespace ActorNet.Interop.Tests;

/// <summary>A test that needs namespaces and tshark.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InteropTheoryAttribute : TheoryAttribute
{
    public override string? Skip
    {
        get => Netns.WhyNot ?? (Frame.CanRead ? null : "needs tshark");
        set => base.Skip = value;
    }
}

/// <summary>The cases of one direction; a class is what xunit runs beside others.</summary>
public abstract class TransferTests
{
    public static TheoryData<string> Of(Bulk bulk) => [.. CaseMatrix.Cases.Values.Where(c => c.Bulk == bulk).Select(c => c.ToString())];

    protected static void Transfer(string name)
    {
        InteropCase c = CaseMatrix.Cases[name];
        string capture = Path.Combine(Path.GetTempPath(), $"actornet-interop-{Environment.ProcessId}-{c.Seed:x}.pcapng");
        try
        {
            InteropResult result = InteropRun.Run(c, capture);
            List<string> wrong = [.. result.Failures, .. Judgement.Of(c, result, Frame.Read(capture))];
            Report.Add(c, result, wrong);
            Assert.True(wrong.Count == 0, $"{c}\n{string.Join('\n', wrong)}");
        }
        finally
        {
            if (Environment.GetEnvironmentVariable("ACTORNET_INTEROP_KEEP") is null) File.Delete(capture);
        }
    }
}

public sealed class BulkToTheServerTests : TransferTests
{
    public static TheoryData<string> Cases => Of(Bulk.ToServer);

    [InteropTheory]
    [MemberData(nameof(Cases))]
    public void Arrives_whole_and_tshark_agrees(string name) => Transfer(name);
}

public sealed class BulkToTheClientTests : TransferTests
{
    public static TheoryData<string> Cases => Of(Bulk.ToClient);

    [InteropTheory]
    [MemberData(nameof(Cases))]
    public void Arrives_whole_and_tshark_agrees(string name) => Transfer(name);
}

public sealed class BulkBothWaysTests : TransferTests
{
    public static TheoryData<string> Cases => Of(Bulk.BothWays);

    [InteropTheory]
    [MemberData(nameof(Cases))]
    public void Arrives_whole_and_tshark_agrees(string name) => Transfer(name);
}
