// F_SETPIPE_SZ of one who may go beyond pipe-max-size (fs/pipe.c); those who may not are in the differential scripts (files/pipe-setsize*.pkt).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class PipeSizeTests
{
    [Fact]
    public void A_size_is_bounded_by_what_the_kernel_has_in_one_piece()
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            (int r, int w) = await os.Pipe();
            foreach (int size in (int[])[0x7fffffff, 0x40000001, 0x20000000, 0x10000001, int.MinValue])
            {
                Assert.Equal((size, Errno.ENOMEM), (size, (await os.TryFcntl(w, FcntlCmd.F_SETPIPE_SZ, size)).Errno));
                Assert.Equal(65_536, await os.Fcntl(r, FcntlCmd.F_GETPIPE_SZ));
            }

            Assert.Equal(Errno.EINVAL, (await os.TryFcntl(w, FcntlCmd.F_SETPIPE_SZ, int.MinValue + 1)).Errno);
            Assert.Equal(1 << 22, await os.Fcntl(w, FcntlCmd.F_SETPIPE_SZ, (1 << 21) + 1));
            await os.TryCapSet(0, 0);
            Assert.Equal(Errno.EPERM, (await os.TryFcntl(w, FcntlCmd.F_SETPIPE_SZ, (1 << 22) + 1)).Errno); // uid 0 is not what counts
            Assert.Equal(1 << 21, await os.Fcntl(w, FcntlCmd.F_SETPIPE_SZ, 1 << 21)); // less may always be asked for
        });
        lab.Finish();
    }
}
