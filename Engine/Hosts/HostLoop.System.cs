// What a host handles before any user message: creation, stopping, watching, failures; and mailboxes that have just been resumed.

namespace ActorNet.Engine.Hosts;

/// <summary>What a system message asks of a cell.</summary>
internal enum SystemKind : byte { Create, Recreate, Suspend, Resume, Terminate, Watch, Unwatch, DeathWatch, ChildEnded, Failed, Run }

/// <summary>A system message on its way: within a host in the ring of such, between hosts as an event.</summary>
internal struct SystemLetter
{
    public SystemKind Kind;
    public ActorCell Receiver;
    public object? First;
    public object? Second;
}

internal sealed class SystemEvent(SystemKind kind, object? first, object? second) : IQueued
{
    public void Due(HostLoop loop, ActorCell? receiver) => loop.PostSystem(kind, receiver!, first, second);
}

internal sealed partial class HostLoop
{
    private bool _urgent;
    private SystemLetter[] _system = [];
    private int _systemHead;
    private int _systemCount;
    private Queue<ActorCell>? _resumed;

    /// <summary>Puts a system message of this host behind those that wait.</summary>
    internal void PostSystem(SystemKind kind, ActorCell receiver, object? first = null, object? second = null)
    {
        if (_systemCount == _system.Length)
        {
            SystemLetter[] grown = (_system.Length == 0 ? Worker?.TakeSystemRing() : null) ?? new SystemLetter[Math.Max(4, _system.Length * 2)];
            for (int i = 0; i < _systemCount; i++)
                grown[i] = _system[(_systemHead + i) & (_system.Length - 1)];
            _system = grown;
            _systemHead = 0;
        }
        ref SystemLetter letter = ref _system[(_systemHead + _systemCount++) & (_system.Length - 1)];
        letter.Kind = kind;
        letter.Receiver = receiver;
        letter.First = first;
        letter.Second = second;
        _urgent = true;
    }

    /// <summary>Has the cell's own waiting messages handled before anything of the ring.</summary>
    internal void PostResumed(ActorCell cell)
    {
        (_resumed ??= new Queue<ActorCell>()).Enqueue(cell);
        _urgent = true;
    }

    private void HandleUrgent(ref object? current)
    {
        if (_systemCount > 0)
        {
            SystemLetter letter = _system[_systemHead];
            _system[_systemHead] = default;
            _systemHead = (_systemHead + 1) & (_system.Length - 1);
            _systemCount--;
            CurrentCell = letter.Receiver;
            CurrentSender = null;
            current = null;
            letter.Receiver.HandleSystem(letter.Kind, letter.First, letter.Second);
            return;
        }
        if (_resumed is null || _resumed.Count == 0)
        {
            _urgent = false;
            if (_system.Length > 0)
                Worker.PutSystemRing(_system);
            _system = [];
            return;
        }
        ActorCell cell = _resumed.Peek();
        if (!cell.TakePending(out object? message, out IActorRef? sender))
        {
            _resumed.Dequeue();
            cell.ResumedIsOver();
            return;
        }
        Events++;
        current = message;
        CurrentCell = cell;
        CurrentSender = sender;
        cell.Receive(message!);
    }
}
