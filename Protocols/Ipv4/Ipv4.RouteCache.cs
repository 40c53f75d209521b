// The last route in each direction, kept until routes change: what sk_dst_cache and the early demultiplexing of ip_rcv_finish are to Linux. Packets come in
// trains, and two walks through the tables for each would be what a packet costs most.

namespace ActorNet.Protocols;

public sealed partial class Ipv4
{
    private RouteOut _lastOut;
    private (uint Daddr, uint Saddr, int Oif, int GenId) _lastOutKey = (0, 0, 0, -1);
    private (uint Daddr, uint Saddr, InDevice? Device, int GenId) _lastIn = (0, 0, null, -1);

    private RouteOut RouteOutput(uint daddr, uint saddr, int oif, Instant now)
    {
        if (_lastOutKey.Daddr == daddr && _lastOutKey.Saddr == saddr && _lastOutKey.Oif == oif && _lastOutKey.GenId == _fib.GenId) return _lastOut;
        RouteOut r = _fib.Output(daddr, saddr, oif, now, anySource: true);
        // What was learnt of single destinations runs out, and groups are joined and left, without a change of the tables.
        if (r.Errno != Errno.OK || r.Type is not (RouteType.UNICAST or RouteType.LOCAL) || _fib.HasExceptions) return r;
        _lastOut = r;
        _lastOutKey = (daddr, saddr, oif, _fib.GenId);
        return r;
    }

    private RouteIn RouteInput(uint daddr, uint saddr, InDevice device, IpProtocol protocol)
    {
        if (_lastIn.Daddr == daddr && _lastIn.Saddr == saddr && _lastIn.Device == device && _lastIn.GenId == _fib.GenId) return new RouteIn { Type = RouteType.LOCAL };
        RouteIn r = _fib.Input(daddr, saddr, device, protocol);
        if (r.Type == RouteType.LOCAL) _lastIn = (daddr, saddr, device, _fib.GenId);
        return r;
    }
}
