// Errno by name. EWOULDBLOCK and the like are second names.

namespace ActorNet.Packetdrill;

internal static class Errnos
{
    public static Errno? Find(string name) => name switch
    {
        "EWOULDBLOCK" => Errno.EAGAIN,
        "ENOTSUP" => Errno.EOPNOTSUPP,
        "EDEADLOCK" => Errno.EDEADLK,
        "OK" => null,
        _ => Enum.TryParse(name, ignoreCase: false, out Errno e) && !char.IsAsciiDigit(name[0]) ? e : null,
    };
}
