// A socket's multicast groups: what its options change at devices goes to its demultiplexer, which lets datagrams through, and from there to IGMP, which
// answers the call: when it returns, both know.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>Tells of changed groups; false if there is nothing to tell.</summary>
    /// <param name="call">Answered with 0 when they are known; null for none.</param>
    public bool TellGroups(Syscall? call)
    {
        if (Sk is not InetSock inet) return false;
        McChange[]? changes = inet.TakeMcChanges();
        // IP_MULTICAST_ALL changes what is heard, and no device.
        if (changes is null && (call is not Syscall.SetSockOpt { Option: (int)IpOpt.IP_MULTICAST_ALL } || Stack.Demux(Sk.Protocol) is null)) return false;
        call?.Answer(0);
        TellDemux(new DemuxRequest(DemuxRequest.What.Groups, Me, Sk) { Changes = changes ?? [], Filter = inet.McFilter, Call = call });
        return true;
    }

    /// <summary>ip_mc_drop_socket.</summary>
    public void DropGroups()
    {
        if (Sk is not InetSock inet) return;
        inet.DropMemberships();
        TellGroups(null);
    }
}
