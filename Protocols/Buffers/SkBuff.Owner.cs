// skb->sk and skb->destructor (include/linux/skbuff.h, skb_set_owner_w and skb_orphan of include/net/sock.h): whose account a packet is charged to.

namespace ActorNet.Protocols;

public sealed partial class SkBuff
{
    private WmemAccount? _owner;

    /// <summary>What it is charged for, to its sender's account or to the receive queue that it is in, bytes.</summary>
    public int Charge { get; internal set; }

    /// <summary>sk_drops of its receiver when it was queued (SOCK_SKB_CB(skb)->dropcount).</summary>
    internal int DropCount;

    /// <summary>skb_set_owner_w: charges it to its sender until it is freed or orphaned.</summary>
    public void SetOwner(WmemAccount owner, int charge)
    {
        _owner = owner;
        Charge = charge;
        owner.Charge(charge);
    }

    /// <summary>A fragment takes its share of the charge.</summary>
    internal void ShareOwner(SkBuff fragment, int share)
    {
        if (_owner is null) return;
        fragment._owner = _owner;
        fragment.Charge = Math.Min(share, Charge);
        Charge -= fragment.Charge;
    }

    /// <summary>skb_orphan: its sender is charged no more.</summary>
    public void Orphan()
    {
        if (_owner is not { } owner) return;
        _owner = null;
        owner.Uncharge(Charge);
        Charge = 0;
    }

    /// <summary>Its device will have sent it at this time: its sender is charged until then, and the packet is nobody's from now on.</summary>
    public void OrphanAt(Instant at, Instant now)
    {
        if (_owner is not { } owner) return;
        _owner = null;
        owner.UnchargeAt(Charge, at, now);
        Charge = 0;
    }
}
