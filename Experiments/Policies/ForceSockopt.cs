// force-sockopt: a cgroup/setsockopt program: whatever a program sets an option to, it is set to this.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Replaces the value that programs give an option.</summary>
internal sealed class ForceSockopt(SockLevel level, int option, int value, bool refuses, Errno errno) : CgroupProgram
{
    private static readonly Key<(SockLevel Level, int Option)> Option = new(
        "option", "option", "", "the option, such as SO_RCVBUF, IP_TOS or TCP_NODELAY", "the name of an option, such as SO_RCVBUF", TryOption);

    private static readonly Key<long> Value = Key.Integer("value", "", "what it is set to, whatever was asked for; absent: setting it fails", int.MinValue, int.MaxValue);
    private static readonly Key<Errno> With = PolicyKind.ErrnoKey("EPERM");

    public static readonly PolicyKind Kind = new("force-sockopt", "an option gets this value, whatever a program sets it to, or cannot be set at all (cgroup/setsockopt)", Option, Value, With)
    {
        Required = [Option],
        Attach = static (host, p) =>
        {
            (SockLevel level, int option) = p.Get(Option);
            host.Add(new ForceSockopt(level, option, (int)(p.Maybe(Value) ?? 0), !p.Has(Value), p.Get(With)));
        },
    };

    public override Errno Setsockopt(ITask task, Sock sk, SockOptContext context)
    {
        if (context.Level != level || context.Option != option) return Errno.OK;
        if (refuses) return errno;
        context.Number = value;
        return Errno.OK;
    }

    private static bool TryOption(string name, out (SockLevel Level, int Option) option)
    {
        option = default;
        if (name.StartsWith("SO_", StringComparison.Ordinal) && Enum.TryParse(name, out SockOpt so)) option = (SockLevel.SOCKET, (int)so);
        else if (name.StartsWith("IP_", StringComparison.Ordinal) && Enum.TryParse(name, out IpOpt ip)) option = (SockLevel.IP, (int)ip);
        else if (name.StartsWith("TCP_", StringComparison.Ordinal) && Enum.TryParse(name, out TcpOpt tcp)) option = (SockLevel.TCP, (int)tcp);
        else if (name.StartsWith("UDP_", StringComparison.Ordinal) && Enum.TryParse(name, out UdpOpt udp)) option = (SockLevel.UDP, (int)udp);
        return option.Option != 0;
    }
}
