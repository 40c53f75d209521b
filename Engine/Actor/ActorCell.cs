// One actor's reference, context and state in one object. What few actors need lies in CellExtra, made when first used,
// so that an idle actor costs one small cell and itself.

using System.Runtime.CompilerServices;

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell : IActorRef, IUntypedActorContext
{
    [Flags]
    private enum State
    {
        None = 0,
        Suspended = 1,
        Terminating = 2,
        Terminated = 4,
        HasBehaviour = 8,
        HasReceiveTimeout = 16,
        HasMailbox = 32,
        WrapsReceive = 64,
        NotCreated = 128,

        /// <summary>Failed and waiting for the supervisor's decision.</summary>
        Failed = 256,

        /// <summary>Waits for its children to end before it restarts.</summary>
        Recreating = 512,
        InResumed = 1024,
        HasStash = 2048,

        /// <summary>Any of these sends a message the long way.</summary>
        Attention = Suspended | Terminating | Terminated | HasBehaviour | HasReceiveTimeout | HasMailbox | WrapsReceive | NotCreated | HasStash,
    }

    /// <summary>A thread outside the loops that acts for an actor: the test kit's.</summary>
    internal static readonly AsyncLocal<ActorCell?> Ambient = new();

    internal readonly HostLoop Loop;
    internal readonly ActorCell? ParentCell;
    internal ActorBase? Actor;
    internal CellExtra? Extra;
    internal ActorTimer? FirstTimer;

    // The list of the parent's children: it belongs to the parent's loop.
    private ActorCell? _previous;
    private ActorCell? _next;
    private string? _name;

    // Which of the automatic names it has, or that it was given one.
    private const int HasName = -1;
    private readonly int _nameIndex;
    internal readonly int Uid;
    private State _state;
    private short _suspended;

    // The parent has told it to stop: belongs to the parent's loop.
    private bool _dying;

    internal ActorCell(HostLoop loop, ActorCell? parent, Props props, string? name, int nameIndex)
    {
        Loop = loop;
        ParentCell = parent;
        Props = props;
        _name = name;
        _nameIndex = nameIndex;
        Uid = ++loop.NextUid;
        _state = State.NotCreated;
    }

    /// <summary>The cell whose turn it is, or the one that this outside thread acts for.</summary>
    internal static ActorCell? CurrentOrAmbient
    {
        get
        {
            HostLoop? active = HostLoop.Active;
            return active is not null ? active.CurrentCell : Ambient.Value;
        }
    }

    public Props Props { get; }

    internal EngineSystem System => Loop.System;

    internal bool IsTerminated => (_state & State.Terminated) != 0;

    internal bool IsTerminatingOrTerminated => (_state & (State.Terminated | State.Terminating)) != 0;

    internal CellExtra MakeExtra() => Extra ??= new CellExtra();

    /// <summary>The name in the parent's scope: what the caller gave, or $a, $b, … in order of creation.</summary>
    internal string Name => _name ??= AutomaticName(_nameIndex);

    public ActorPath Path => ParentCell is null ? System.RootPath : ParentCell.Path.Child(Name);

    /// <summary>Akka's numbering: base 64 digits, least significant first.</summary>
    private static string AutomaticName(int index)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";
        Span<char> name = stackalloc char[8];
        int length = 0;
        name[length++] = '$';
        do
        {
            name[length++] = Digits[index & 63];
            index >>= 6;
        }
        while (index > 0);
        return name[..length].ToString();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void TellFromCurrent(object message)
    {
        HostLoop? active = HostLoop.Active;
        if (active == Loop && message is not null)
            active.Post(this, message, active.CurrentCell);
        else
            TellFar(message!, active is not null ? active.CurrentCell : Ambient.Value);
    }

    public void Tell(object message, IActorRef? sender)
    {
        HostLoop? active = HostLoop.Active;
        if (active == Loop && message is not null)
            active.Post(this, message, sender);
        else
            TellFar(message!, sender);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellFar(object message, IActorRef? sender)
    {
        if (message is null)
            throw new ArgumentNullException(nameof(message), "The message cannot be null.");
        System.SendAcross(this, message, sender);
    }

    /// <summary>A system message on its way to this cell, whoever's turn it is.</summary>
    internal void SendSystem(SystemKind kind, object? first = null, object? second = null)
    {
        if (HostLoop.Active == Loop)
            Loop.PostSystem(kind, this, first, second);
        else
            System.SendAcross(this, new SystemEvent(kind, first, second), null);
    }

    /// <summary>One message's turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Receive(object message)
    {
        if ((_state & State.Attention) == 0 && message is not EngineMessage)
            Actor!.Dispatch(message);
        else
            ReceiveSlow(message);
    }

    public bool Equals(IActorRef? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <summary>Follows from the order of creation, so that it is the same in every run.</summary>
    public override int GetHashCode() => (int)(((uint)Uid * 2654435769u) ^ ((uint)Loop.Id * 40503u));

    public int CompareTo(IActorRef? other) =>
        ReferenceEquals(this, other) ? 0 : other is null ? 1 : Path.CompareTo(other.Path);

    public int CompareTo(object? obj) => CompareTo(obj as IActorRef);

    public override string ToString() => $"[{Path}]";
}
