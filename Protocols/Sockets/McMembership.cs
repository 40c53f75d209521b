// struct ip_mc_socklist and ip_sf_socklist (include/linux/igmp.h): a socket's groups, and what their filters let through (ip_mc_sf_allow,
// net/ipv4/igmp.c). Immutable, so that the demultiplexer may keep what it was given.

namespace ActorNet.Protocols;

/// <summary>A group that a socket has joined on an interface; addresses in host order.</summary>
/// <param name="Address">The interface's address as the caller named it; 0 for none.</param>
/// <param name="Sources">Null for no list (sflist), which is not the same as an empty one.</param>
public sealed record McMembership(uint Group, int IfIndex, uint Address, McMode Mode, uint[]? Sources);

/// <summary>Which multicast datagrams a socket hears.</summary>
/// <param name="All">IP_MULTICAST_ALL: also those of groups that others on this host have joined.</param>
public sealed record McFilter(bool All, McMembership[] Memberships)
{
    /// <summary>ip_mc_sf_allow.</summary>
    /// <param name="iif">Where the datagram came in.</param>
    public bool Allows(uint group, uint source, int iif)
    {
        foreach (McMembership m in Memberships)
        {
            if (m.Group != group || m.IfIndex != iif) continue;
            bool listed = m.Sources is not null && Array.IndexOf(m.Sources, source) >= 0;
            return m.Mode == McMode.EXCLUDE ? !listed : listed;
        }

        return All;
    }
}
