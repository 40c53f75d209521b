// Calls waiting to be used again: a process makes as many objects of a kind as it ever had calls of that kind open at once.

namespace ActorNet.Actors;

/// <summary>Where an answered call goes back to.</summary>
internal abstract class FreeList
{
    public abstract void Return(Syscall call);
}

/// <summary>A process's free calls of one kind.</summary>
internal sealed class FreeList<T> : FreeList
    where T : Syscall, new()
{
    private Syscall? _head;

    public T Rent()
    {
        if (_head is not { } call) return new T { Home = this };
        _head = call.Next;
        call.Next = null;
        return (T)call;
    }

    public override void Return(Syscall call)
    {
        call.Next = _head;
        _head = call;
    }
}
