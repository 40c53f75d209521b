// What a listener's actor keeps beside its machine: children whose actors are being made, and the segments that come for them meanwhile.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>A listener's children between the end of their handshake and their place in the demultiplexer's table.</summary>
internal sealed class Listening
{
    private readonly List<Entry> _adopting = [];

    public bool IsAdopting => _adopting.Count > 0;

    /// <summary>Children under way, or told to reset their connections and not gone yet: their rows keep the port.</summary>
    public bool HasChildren => _adopting.Count > 0 || _leaving > 0;

    private int _leaving;

    public void Adopting(TcpSock child) => _adopting.Add(new Entry(child));

    /// <summary>Keeps a segment that belongs to such a child; false if it is the listener's own.</summary>
    public bool Keeps(SkBuff skb)
    {
        var th = new TcpHeader(skb.Data);
        if (skb.Length < TcpHeader.MinLength) return false;
        for (int i = 0; i < _adopting.Count; i++)
        {
            Entry e = _adopting[i];
            if (e.Child.Peer.Port != th.SourcePort || e.Child.Peer.Address != skb.Ip.Saddr || e.Child.Local.Address != skb.Ip.Daddr) continue;
            if (e.Last is null) e.First = skb;
            else e.Last.Next = skb;
            e.Last = skb;
            return true;
        }

        return false;
    }

    /// <summary>The table knows the child: what was kept goes back to be delivered there.</summary>
    public void Adopted(TcpSock child, IActorRef demux, IActorRef self)
    {
        int i = _adopting.FindIndex(e => e.Child == child);
        if (i < 0) return;
        Entry entry = _adopting[i];
        _adopting.RemoveAt(i);
        if (entry.First is { } chain) demux.Tell(chain, self);
        if (entry.Forgotten) Tell(child, self);
    }

    /// <summary>Nobody will accept this child: it is told to reset its connection, as soon as it can be told.</summary>
    public void Forget(TcpSock child, IActorRef self)
    {
        int i = _adopting.FindIndex(e => e.Child == child);
        if (i >= 0) _adopting[i].Forgotten = true;
        else Tell(child, self);
    }

    /// <summary>A child that was told to has gone.</summary>
    public void Gone() => _leaving--;

    private void Tell(TcpSock child, IActorRef self)
    {
        if (child.Owner is not IActorRef owner) return; // a bug has stopped it
        _leaving++;
        owner.Tell(new ListenerClosed(self), self);
    }

    public void Free(Net net)
    {
        foreach (Entry e in _adopting)
        {
            for (SkBuff? skb = e.First, next; skb is not null; skb = next)
            {
                next = skb.Next;
                net.Mib.Drop(skb, DropReason.RUN_ENDED);
            }
        }

        _adopting.Clear();
    }

    private sealed class Entry(TcpSock child)
    {
        public readonly TcpSock Child = child;
        public SkBuff? First, Last;
        public bool Forgotten;
    }
}

/// <summary>To the TCP demultiplexer: a connection's rest, which it keeps until it times out (tcp_time_wait, inet_twsk_hashdance).</summary>
internal sealed record TimewaitHandover(TcpTimewait Timewait, IActorRef Actor, TcpSock Sk);
