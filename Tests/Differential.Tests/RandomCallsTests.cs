// Random sequences of calls, on the kernel and on ActorNet; what differs is shrunk and printed as a script.

using FsCheck;
using FsCheck.Fluent;

namespace ActorNet.Differential.Tests;

/// <summary><c>ACTORNET_RANDOM_CALLS=2000</c> in the environment tries so many sequences of each kind; <c>2000:7</c> with another seed.</summary>
[Trait("Engine", "Embedded")]
public sealed class RandomCallsTests
{
    private static Gen<RandomCall> Call =>
        from kind in Gen.Choose(0, RandomCalls.Kinds * RandomConversation.Kinds * RandomFiles.Kinds - 1)
        from fd in Gen.Frequency((4, Gen.Choose(0, 1)), (2, Gen.Choose(2, 2)), (1, Gen.Choose(3, 5)))
        from a in Gen.Choose(0, 61)
        from b in Gen.Choose(0, 61)
        select new RandomCall(kind, fd, a, b);

    private static Arbitrary<RandomCall[]> Sequences => Arb.From(Call.ArrayOf(), Shrink);

    [KernelFact]
    public void Random_calls_on_two_UDP_sockets_give_what_the_kernel_gives() => CheckAll(calls => RandomCalls.ToScript(false, calls));

    [KernelFact]
    public void Random_calls_on_two_TCP_sockets_give_what_the_kernel_gives() => CheckAll(calls => RandomCalls.ToScript(true, calls));

    [KernelFact]
    public void Two_ends_of_a_connection_see_what_they_see_on_the_kernel() => CheckAll(RandomConversation.ToScript);

    [KernelFact]
    public void Files_that_wait_for_each_other_give_what_they_give_on_the_kernel() => CheckAll(RandomFiles.ToScript);

    [KernelFact]
    public void Options_known_and_unknown_answer_as_on_the_kernel() => CheckAll(RandomOptions.ToScript);

    [KernelFact]
    public void Datagrams_and_their_control_messages_are_the_kernel_s() => CheckAll(RandomMessages.ToScript);

    [KernelFact]
    public void Any_descriptor_answers_any_call_as_on_the_kernel() => CheckAll(RandomDescriptors.ToScript);

    private static void CheckAll(Func<RandomCall[], Script> script)
    {
        string[] asked = (Environment.GetEnvironmentVariable("ACTORNET_RANDOM_CALLS") ?? "30").Split(':');
        int runs = int.Parse(asked[0], CultureInfo.InvariantCulture);
        ulong seed = asked.Length > 1 ? ulong.Parse(asked[1], CultureInfo.InvariantCulture) : 20261124;
        string? last = null;
        Property property = Prop.ForAll(Sequences, calls => (last = Differs(script(calls)) ?? last) is null || Differs(script(calls)) is null);
        try
        {
            Check.One(FsCheck.Config.QuickThrowOnFailure.WithReplay(seed, 77).WithMaxTest(runs).WithStartSize(4).WithEndSize(28), property);
        }
        catch (Exception e) when (last is not null)
        {
            Assert.Fail($"{last}\n{e.Message}");
        }
    }

    private static string? Differs(Script script)
    {
        var judge = new Judge(script, new Constants()) { JudgesTime = false };
        ScriptRun ours = HostRun.Play(script, new Constants());
        string? difference = null;
        foreach (int settle in (int[])[0, 2, 10])
        {
            ScriptRun kernel = KernelRun.Play(script, new Constants(), TimeSpan.FromMilliseconds(settle), TimeSpan.FromSeconds(2));
            if (kernel.Broken is not null && ours.Broken is not null) return null; // it waits for ever, on both
            if (IsTooEarly(kernel, ours)) return null;
            difference = judge.Both(kernel, ours);
            if (kernel.Broken is not null) return difference;
            if (difference is null) return null;
            difference = $"{difference}\nAs a script, with the kernel's answers:\n{judge.Rewrite(kernel)}";
        }

        return difference;
    }

    // A socket that was shut down, bound and connected to itself: Linux's loopback delivers before connect(2) waits, so that it finds the connection over
    // (ECONNABORTED); ours takes a microsecond, and connect(2) sees it made.
    private static bool IsTooEarly(ScriptRun kernel, ScriptRun ours) =>
        kernel.Answers.Zip(ours.Answers).Any(a => a is ({ Errno: Errno.ECONNABORTED }, { Errno: Errno.OK, Value: 0 }));

    // Fewer calls first: halves, quarters, single ones; then plainer ones.
    private static IEnumerable<RandomCall[]> Shrink(RandomCall[] calls)
    {
        for (int chunk = Math.Max(1, calls.Length / 2); chunk > 0; chunk /= 2)
        {
            for (int i = 0; i + chunk <= calls.Length; i += chunk) yield return [.. calls[..i], .. calls[(i + chunk)..]];
        }

        for (int i = 0; i < calls.Length; i++)
        {
            RandomCall c = calls[i];
            if (c.A > 0) yield return [.. calls[..i], c with { A = 0 }, .. calls[(i + 1)..]];
            if (c.B > 0) yield return [.. calls[..i], c with { B = 0 }, .. calls[(i + 1)..]];
        }
    }
}
