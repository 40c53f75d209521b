// A call in one line, as strace(1) prints it: names, arguments, result.

using System.Globalization;

namespace ActorNet.Actors;

/// <summary>Prints answered calls.</summary>
public static class SyscallText
{
    /// <summary>"connect(3, {AF_INET, 10.0.0.2:80}) = -1 ECONNREFUSED (Connection refused)".</summary>
    public static string Format(Syscall call) => string.Create(CultureInfo.InvariantCulture, $"{call.Nr}({Arguments(call)}) = {Result(call.Result)}");

    private static string Result(SysResult r) =>
        r.IsOk ? r.Value.ToString(CultureInfo.InvariantCulture) : $"-1 {r.Errno} ({r.Errno.Strerror()})";

    private static string Arguments(Syscall call) => call switch
    {
        Syscall.Socket c => $"AF_{c.Family}, {Type(c.Type)}, {Protocol(c.Protocol)}",
        Syscall.SocketPair c => $"AF_{c.Family}, {Type(c.Type)}, {Protocol(c.Protocol)}{(c.Result.IsOk ? $", [{c.First}, {c.Second}]" : "")}",
        Syscall.Bind c => $"{c.Fd}, {Address(c.Address)}",
        Syscall.Connect c => $"{c.Fd}, {Address(c.Address)}",
        Syscall.Listen c => $"{c.Fd}, {c.Backlog}",
        Syscall.Accept c => c.Result.IsOk ? $"{c.Fd}, {Address(c.Peer)}, {Flags(c.Flags)}" : $"{c.Fd}, {Flags(c.Flags)}",
        Syscall.SendMmsg c => $"{c.Fd}, {c.Messages.Count} messages",
        Syscall.RecvMmsg c => $"{c.Fd}, {c.Messages.Count} messages",
        Syscall.SendTo c => $"{c.Fd}, {c.Data.Length} bytes{(c.Flags == 0 ? "" : ", " + Messages(c.Flags))}{(c.To is { } to ? ", " + Address(to) : "")}",
        Syscall.RecvFrom c => $"{c.Fd}, {c.Buffer.Length} bytes{(c.Flags == 0 ? "" : ", " + Messages(c.Flags))}{(c.Result.IsOk && c.From.Family != AddressFamily.UNSPEC ? ", " + Address(c.From) : "")}",
        Syscall.Shutdown c => $"{c.Fd}, SHUT_{c.How}",
        Syscall.GetName c => c.Result.IsOk ? $"{c.Fd}, {Address(c.Address)}" : Number(c.Fd),
        Syscall.SetSockOpt c => $"{c.Fd}, {Option(c.Level, c.Option)}, {Value(c.Value.Span)}",
        Syscall.GetSockOpt c => $"{c.Fd}, {Option(c.Level, c.Option)}, {(c.Result.IsOk ? Value(c.Value.Span[..Math.Min((int)c.Result.Value, c.Value.Length)]) : "?")}",
        Syscall.Fcntl c => $"{c.Fd}, {c.Cmd}, {c.Arg}",
        Syscall.Ioctl c => $"{c.Fd}, {c.Cmd}",
        Syscall.Dup { NewFd: < 0 } c => Number(c.Fd),
        Syscall.Dup c => $"{c.Fd}, {c.NewFd}",
        Syscall.Poll c => $"{c.Fds.Length} descriptors, {(c.Timeout == Duration.Infinite ? "-1" : c.Timeout.ToString())}",
        Syscall.Nanosleep c => $"{c.Time}",
        Syscall.Open c => $"\"{c.Path}\", O_{c.Flags & FileFlags.AccessMode}",
        Syscall.SetIds { Nr: SyscallNr.setuid or SyscallNr.setgid } c => Id(c.Real),
        Syscall.SetIds { Nr: SyscallNr.setreuid or SyscallNr.setregid } c => $"{Id(c.Real)}, {Id(c.Effective)}",
        Syscall.SetIds c => $"{Id(c.Real)}, {Id(c.Effective)}, {Id(c.Saved)}",
        Syscall.SetGroups c => $"{c.Groups.Count}, [{string.Join(", ", c.Groups)}]",
        Syscall.Unshare c => (c.Flags & ~Syscall.CLONE_NEWNET) == 0 && c.Flags != 0 ? "CLONE_NEWNET" : $"0x{c.Flags:x}",
        Syscall.Setns c => $"{c.Fd}, {(c.NsType == Syscall.CLONE_NEWNET ? "CLONE_NEWNET" : Number(c.NsType))}",
        _ => call.Fd >= 0 ? Number(call.Fd) : "",
    };

    private static string Number(long n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Id(uint id) => id == Credentials.Unchanged ? "-1" : Number(id);

    private static string Address(in SockAddr a) => $"{{AF_{a.Family}{(a.Family == AddressFamily.UNSPEC ? "" : $", {a}")}}}";

    private static string Protocol(IpProtocol p) => Enum.IsDefined(p) ? $"IPPROTO_{p}" : Number((int)p);

    private static string Type(SocketType t)
    {
        SocketType kind = t & SocketType.TypeMask;
        return (Enum.IsDefined(kind) ? $"SOCK_{kind}" : Number((int)kind)) + ((t & SocketType.NONBLOCK) != 0 ? "|SOCK_NONBLOCK" : "") + ((t & SocketType.CLOEXEC) != 0 ? "|SOCK_CLOEXEC" : "");
    }

    private static string Flags(SocketType t) => t == 0 ? "0" : Type(t).Replace("0|", "", StringComparison.Ordinal);

    private static string Messages(MsgFlags f) => "MSG_" + f.ToString().Replace(", ", "|MSG_", StringComparison.Ordinal);

    private static string Option(SockLevel level, int option) => level switch
    {
        SockLevel.SOCKET => $"SOL_SOCKET, {Name((SockOpt)option)}",
        SockLevel.IP => $"IPPROTO_IP, {Name((IpOpt)option)}",
        SockLevel.TCP => $"IPPROTO_TCP, {Name((TcpOpt)option)}",
        SockLevel.UDP => $"IPPROTO_UDP, {Name((UdpOpt)option)}",
        _ => $"{Number((int)level)}, {Number(option)}",
    };

    private static string Name<T>(T option)
        where T : struct, Enum => option.ToString();

    private static string Value(ReadOnlySpan<byte> value) =>
        value.Length == sizeof(int) ? $"[{Number(BinaryPrimitives.ReadInt32LittleEndian(value))}], [4]" : $"{Convert.ToHexString(value[..Math.Min(value.Length, 32)])}, [{Number(value.Length)}]";
}
