// ioctl(2) where more than lo is needed: devices on a cable. Expectations from Linux 6.18 (a veth pair with the same addresses), man 7 netdevice.

using System.Buffers.Binary;
using System.Text;
using ActorNet.Devices;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class IoctlTests
{
    [Fact]
    public void A_device_that_a_program_sets_down_is_down_when_the_call_returns()
    {
        using Lab lab = Lab.Pair();
        SysResult before = default, during = default, after = default;
        lab.A.Run("admin", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            before = await os.TrySendTo(s, new byte[1], "10.0.0.2:9");
            await os.Ioctl(s, IoctlCmd.SIOCSIFFLAGS, Request("eth0", 0));
            Assert.False(lab.A.Device("eth0").Info.IsUp);
            during = await os.TrySendTo(s, new byte[1], "10.0.0.2:9");
            await os.Ioctl(s, IoctlCmd.SIOCSIFFLAGS, Request("eth0", (int)IFF.UP));
            Assert.True(lab.A.Device("eth0").Info.IsUp);
            await os.Delay(Duration.FromMilliseconds(10)); // the far end has to see the carrier
            after = await os.TrySendTo(s, new byte[1], "10.0.0.2:9");
        });
        lab.Finish();
        Assert.Equal((Errno.OK, Errno.ENETUNREACH, Errno.OK), (before.Errno, during.Errno, after.Errno));
    }

    [Fact]
    public void Calls_on_two_devices_at_once_are_each_answered_by_its_own()
    {
        using Lab lab = Lab.Pair();
        SysResult lo = default, eth = default;
        lab.A.Run("admin", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            ValueTask<SysResult> first = os.TryIoctl(s, IoctlCmd.SIOCSIFMTU, Request("eth0", 60)), second = os.TryIoctl(s, IoctlCmd.SIOCSIFMTU, Request("lo", 1500));
            (lo, eth) = (await second, await first);
        });
        lab.Finish();
        Assert.Equal((Errno.EINVAL, Errno.OK), (eth.Errno, lo.Errno));
        Assert.Equal((1500, 1500), (lab.A.Device("lo").Info.Mtu, lab.A.Device("eth0").Info.Mtu));
    }

    [Fact]
    public void A_device_shows_its_first_address_unless_another_is_named()
    {
        using Lab lab = Lab.Pair();
        lab.A.AddAddress("eth0", "10.2.0.1/16");
        byte[] first = Request("eth0", 0), other = Request("eth0", 0), conf = new byte[16], list = new byte[200];
        lab.A.Run("program", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Ioctl(s, IoctlCmd.SIOCGIFNETMASK, first);
            BinaryPrimitives.WriteUInt16LittleEndian(other.AsSpan(16), (ushort)AddressFamily.INET);
            BinaryPrimitives.WriteUInt32BigEndian(other.AsSpan(20), 0x0A02_0001);
            await os.Ioctl(s, IoctlCmd.SIOCGIFNETMASK, other);
            BinaryPrimitives.WriteInt32LittleEndian(conf, 200);
            await os.Ioctl(s, IoctlCmd.SIOCGIFCONF, conf, list);
        });
        lab.Finish();
        Assert.Equal((0xFFFF_FF00u, 0xFFFF_0000u), (Address(first), Address(other)));
        Assert.Equal(120, BinaryPrimitives.ReadInt32LittleEndian(conf));
        Assert.Equal((0x7F00_0001u, 0x0A00_0001u, 0x0A02_0001u), (Address(list), Address(list.AsSpan(40)), Address(list.AsSpan(80))));
    }

    [Fact]
    public void FIONREAD_of_a_pipe_at_either_end_is_all_that_waits_in_it()
    {
        using var lab = new Lab();
        List<int> seen = [];
        SysResult owner = default, none = default;
        lab.A.Run("program", async os =>
        {
            (int r, int w) = await os.Pipe();
            seen.Add(await os.Ioctl(r, IoctlCmd.FIONREAD));
            await os.Write(w, new byte[5]);
            await os.Write(w, new byte[3]);
            seen.Add(await os.Ioctl(r, IoctlCmd.FIONREAD));
            seen.Add(await os.Ioctl(w, IoctlCmd.FIONREAD));
            await os.Read(r, new byte[2]);
            seen.Add(await os.Ioctl(r, IoctlCmd.FIONREAD));
            none = await os.TryIoctl(r, IoctlCmd.FIONREAD, default);
            owner = await os.TryIoctl(r, IoctlCmd.FIOGETOWN, new byte[4]);
        });
        lab.Finish();
        Assert.Equal([0, 8, 8, 6], seen);
        Assert.Equal((Errno.EFAULT, Errno.ENOTTY), (none.Errno, owner.Errno));
    }

    private static byte[] Request(string name, int value)
    {
        byte[] request = new byte[40];
        Encoding.ASCII.GetBytes(name, request);
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(16), value);
        return request;
    }

    private static uint Address(ReadOnlySpan<byte> request) => BinaryPrimitives.ReadUInt32BigEndian(request[20..]);
}
