// ioctl(2), as a program sees it.

using System.Buffers.Binary;

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Ioctl> _ioctls = new();

    /// <summary>ioctl(2).</summary>
    /// <param name="argument">What the third argument points to, in the kernel's layout (an int, struct ifreq, struct ifconf); it goes in and comes out. Empty: the null pointer.</param>
    /// <param name="pointed">SIOCGIFCONF: what ifc_buf points to; null for the null pointer.</param>
    public ValueTask<int> Ioctl(int fd, IoctlCmd cmd, Memory<byte> argument, Memory<byte>? pointed = null) => Int(IoctlCall(fd, cmd, argument, pointed));

    /// <summary>ioctl(2) with an int: the one that comes back.</summary>
    public async ValueTask<int> Ioctl(int fd, IoctlCmd cmd, int value = 0)
    {
        byte[] argument = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(argument, value);
        await Int(IoctlCall(fd, cmd, argument, null));
        return BinaryPrimitives.ReadInt32LittleEndian(argument);
    }

    /// <inheritdoc cref="Ioctl(int, IoctlCmd, Memory{byte}, Memory{byte}?)"/>
    public ValueTask<SysResult> TryIoctl(int fd, IoctlCmd cmd, Memory<byte> argument, Memory<byte>? pointed = null) => Try(IoctlCall(fd, cmd, argument, pointed));

    private Syscall.Ioctl IoctlCall(int fd, IoctlCmd cmd, Memory<byte> argument, Memory<byte>? pointed)
    {
        Syscall.Ioctl call = _ioctls.Rent();
        (call.Fd, call.Cmd) = (fd, cmd);
        call.Argument = argument;
        call.Pointed = pointed;
        return call;
    }
}
