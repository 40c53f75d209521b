// An actor that declares its handlers by type, in its constructor or in Become.

namespace ActorNet.Engine.Actor;

/// <summary>Handlers are asked in the order they were declared; the first whose type and predicate match takes the message.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private MessageHandlers _own = new();
    private MessageHandlers? _declaring;

    protected ReceiveActor() => _declaring = _own;

    internal override void Dispatch(object message)
    {
        if (!_own.TryHandle(message))
            Unhandled(message);
    }

    internal override Receive OwnBehaviour => _own.TryHandle;

    protected sealed override void OnReceive(object message) => Dispatch(message);

    protected void Become(Action configure) => Context.Become((Receive)Configure(configure).TryHandle);

    protected void BecomeStacked(Action configure) => Context.BecomeStacked((Receive)Configure(configure).TryHandle);

    private MessageHandlers Configure(Action configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        MessageHandlers? outer = _declaring;
        MessageHandlers handlers = new();
        _declaring = handlers;
        try
        {
            configure();
        }
        finally
        {
            _declaring = outer;
        }
        return handlers;
    }

    private void Add(MessageHandler handler)
    {
        if (_declaring is null)
            throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");
        _declaring.Add(handler);
    }

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Add(new ActionHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(new FuncHandler<T>(handler));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Add(new TypeHandler(messageType, handler, shouldHandle));

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) => Add(new TypeFuncHandler(messageType, handler));

    protected void ReceiveAny(Action<object> handler) => Add(new ActionHandler<object>(handler, null));

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Receive<T>(message => RunTask(() => handler(message)), shouldHandle);
    }

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Receive(messageType, message => RunTask(() => handler(message)), shouldHandle);
    }

    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync<object>(handler);
}

/// <summary>The handlers of one behaviour.</summary>
internal sealed class MessageHandlers
{
    private MessageHandler[] _handlers = [];
    private int _count;

    public void Add(MessageHandler handler)
    {
        if (_count > 0 && _handlers[_count - 1].TakesAll)
            throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        if (_count == _handlers.Length)
            Array.Resize(ref _handlers, _count == 0 ? 2 : _count * 2);
        _handlers[_count++] = handler;
    }

    public bool TryHandle(object message)
    {
        MessageHandler[] handlers = _handlers;
        for (int i = 0; i < _count; i++)
        {
            if (handlers[i].TryHandle(message))
                return true;
        }
        return false;
    }
}

internal abstract class MessageHandler
{
    public abstract bool TryHandle(object message);

    public virtual bool TakesAll => false;
}

internal sealed class ActionHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    private readonly Action<T> _handler = handler ?? throw new ArgumentNullException(nameof(handler));

    public override bool TakesAll => typeof(T) == typeof(object) && shouldHandle is null;

    public override bool TryHandle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        _handler(typed);
        return true;
    }
}

internal sealed class FuncHandler<T>(Func<T, bool> handler) : MessageHandler
{
    private readonly Func<T, bool> _handler = handler ?? throw new ArgumentNullException(nameof(handler));

    public override bool TryHandle(object message) => message is T typed && _handler(typed);
}

internal sealed class TypeHandler(Type type, Action<object> handler, Predicate<object>? shouldHandle) : MessageHandler
{
    public override bool TakesAll => type == typeof(object) && shouldHandle is null;

    public override bool TryHandle(object message)
    {
        if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            return false;
        handler(message);
        return true;
    }
}

internal sealed class TypeFuncHandler(Type type, Func<object, bool> handler) : MessageHandler
{
    public override bool TryHandle(object message) => type.IsInstanceOfType(message) && handler(message);
}
