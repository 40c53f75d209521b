// epoll_ctl(2): ep_insert, ep_modify, ep_remove (fs/eventpoll.c).

namespace ActorNet.Actors;

internal sealed partial class EpollActor
{
    private const EpollEvents ExclusiveOk = EpollEvents.IN | EpollEvents.OUT | EpollEvents.ERR | EpollEvents.HUP | EpollEvents.WAKEUP | EpollEvents.ET | EpollEvents.EXCLUSIVE;
    private const EpollEvents Always = EpollEvents.ERR | EpollEvents.HUP;
    private EpollItem? _all;

    private EpollItem? Find(int fd, OpenFile target)
    {
        EpollItem? item = _items.GetValueOrDefault(fd);
        while (item is not null && item.File != target) item = item.NextOfFd;
        return item;
    }

    private void Control(Syscall.EpollCtl call)
    {
        Errno e = Check(call, out EpollItem? item);
        if (e != Errno.OK)
        {
            Answer(call, e);
            return;
        }

        _call = call;
        EpollEvent what = call.Event with { Events = call.Event.Events | Always };
        switch (call.Op)
        {
            case EpollOp.ADD:
                item = Insert(new EpollItem(file, call.TargetFd, call.Target!, what));
                Put(item, EpollItem.Request.Add);
                break;
            case EpollOp.MOD:
                item!.Set(what);
                Put(item, EpollItem.Request.Query);
                break;
            case EpollOp.DEL:
                Put(item!, EpollItem.Request.Remove);
                break;
        }
    }

    private Errno Check(Syscall.EpollCtl call, out EpollItem? item)
    {
        OpenFile target = call.Target!;
        EpollEvents events = call.Event.Events;
        item = Find(call.TargetFd, target);
        if (call.Op != EpollOp.DEL && (events & EpollEvents.EXCLUSIVE) != 0)
        {
            if (call.Op == EpollOp.MOD || target is EpollFile || (events & ~ExclusiveOk) != 0) return Errno.EINVAL;
        }

        switch (call.Op)
        {
            case EpollOp.ADD:
                if (target is EpollFile other && file.MayWatch(other) is not Errno.OK and var loop) return loop;
                return item is null ? Errno.OK : Errno.EEXIST;
            case EpollOp.MOD: return item is null ? Errno.ENOENT : item.IsExclusive ? Errno.EINVAL : Errno.OK;
            case EpollOp.DEL: return item is null ? Errno.ENOENT : Errno.OK;
            default: return Errno.EINVAL;
        }
    }

    private void Controlled(Syscall.EpollCtl call, EpollItem item)
    {
        if (call.Op == EpollOp.DEL || item.IsGone)
        {
            Forget(item);
        }
        else if (item.Result != PollEvents.None && !item.IsListed)
        {
            _ready.AddLast(item);
            file.WakeWatchers(Me);
        }

        _call = null;
        Answer(call, 0);
    }

    private EpollItem Insert(EpollItem item)
    {
        item.NextOfFd = _items.GetValueOrDefault(item.Fd);
        _items[item.Fd] = item;
        item.NextItem = _all;
        if (_all is not null) _all.PrevItem = item;
        _all = item;
        if (item.File is EpollFile child)
        {
            file.Watches.Add(child);
            child.WatchedBy.Add(file);
        }

        return item;
    }

    /// <summary>ep_remove. Harmless for one that has been forgotten.</summary>
    private void Forget(EpollItem item)
    {
        if (Find(item.Fd, item.File) != item) return;
        item.IsGone = true;
        if (item.IsListed) (_taken.HasAtAnEnd(item) ? _taken : _ready).Remove(item);
        EpollItem first = _items[item.Fd];
        if (first == item && item.NextOfFd is null) _items.Remove(item.Fd);
        else if (first == item) _items[item.Fd] = item.NextOfFd!;
        else
        {
            while (first.NextOfFd != item) first = first.NextOfFd!;
            first.NextOfFd = item.NextOfFd;
        }

        if (item.PrevItem is null) _all = item.NextItem;
        else item.PrevItem.NextItem = item.NextItem;
        if (item.NextItem is not null) item.NextItem.PrevItem = item.PrevItem;
        if (item.File is EpollFile child)
        {
            file.Watches.Remove(child);
            child.WatchedBy.Remove(file);
        }
    }
}
