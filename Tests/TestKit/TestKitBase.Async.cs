// The Async twins: in virtual time waiting takes no time, so they have ended when they return.

namespace ActorNet.Testing;

public abstract partial class TestKitBase
{
    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        new(ExpectMsg<T>(duration, hint, cancellationToken));

    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        new(ExpectMsg(message, timeout, hint, cancellationToken));

    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ExpectNoMsg(duration, cancellationToken);
        return default;
    }

    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        new(ExpectTerminated(target, timeout, hint, cancellationToken));

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);
        return Task.CompletedTask;
    }

    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        AwaitAssert(assertion, duration, interval, cancellationToken);
        return Task.CompletedTask;
    }
}
