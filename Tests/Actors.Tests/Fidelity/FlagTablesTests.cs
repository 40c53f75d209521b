// docs/fidelity.md on MSG_* flags and fcntl's commands, against the code.

namespace ActorNet.Actors.Tests.Fidelity;

[Trait("Engine", "Embedded")]
public class FlagTablesTests
{
    [Fact]
    public void Every_MSG_flag_is_as_the_table_says()
    {
        IReadOnlyList<FidelityRow> rows = FidelityTable.Read("Flags of send and recv");
        Assert.Equal(
            Enum.GetNames<MsgFlags>().Where(n => n != nameof(MsgFlags.None)).Select(n => "MSG_" + n).Order(StringComparer.Ordinal),
            rows.Select(r => r.Name).Order(StringComparer.Ordinal));
        var wrong = new List<string>();
        using Lab lab = Lab.Pair();
        lab.A.Run("asks", async os =>
        {
            int l = await os.Listening("127.0.0.1:80");
            foreach (FidelityRow row in rows)
            {
                MsgFlags flag = Enum.Parse<MsgFlags>(row.Name["MSG_".Length..]);
                int t = await os.Dial("127.0.0.1:80"), c = (await os.Accept(l)).Fd, u = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
                await os.Bind(u, "127.0.0.1:9");
                await os.Connect(u, "127.0.0.1:9");
                HashSet<Errno> answers =
                [
                    (await os.TrySend(t, new byte[1], flag | MsgFlags.DONTWAIT)).Errno, (await os.TryRecv(t, new byte[1], flag | MsgFlags.DONTWAIT)).Errno,
                    (await os.TrySend(u, new byte[1], flag | MsgFlags.DONTWAIT)).Errno, (await os.TryRecv(u, new byte[1], flag | MsgFlags.DONTWAIT)).Errno,
                ];
                Errno no = row.Refusal(Errno.EOPNOTSUPP);
                if (row.State == "no" && !answers.Contains(no)) wrong.Add($"{row.Name} is 'no', {no}: it answers {string.Join(", ", answers)}");
                if (row.State != "no" && answers.IsSubsetOf([Errno.EOPNOTSUPP, Errno.EINVAL])) wrong.Add($"{row.Name} is '{row.State}': it answers {string.Join(", ", answers)}");
                await os.Close(c);
                await os.Close(t);
                await os.Close(u);
            }

            await os.Close(l);
        });
        lab.Finish();
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Every_command_of_fcntl_is_as_the_table_says()
    {
        IReadOnlyList<FidelityRow> rows = FidelityTable.Read("fcntl");
        Assert.Equal(
            Enum.GetNames<FcntlCmd>().Order(StringComparer.Ordinal),
            rows.Where(r => r.State != "no").Select(r => r.Name).Order(StringComparer.Ordinal));
        using Lab lab = Lab.Pair();
        lab.A.Run("asks", async os =>
        {
            int u = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            foreach (FcntlCmd cmd in Enum.GetValues<FcntlCmd>())
            {
                if (cmd.ToString().Contains("PIPE", StringComparison.Ordinal)) continue; // PipeTests has them
                Assert.Equal((cmd, Errno.OK), (cmd, (await os.TryFcntl(u, cmd, 0)).Errno));
            }

            Assert.Equal(Errno.EINVAL, (await os.TryFcntl(u, (FcntlCmd)999, 0)).Errno);
        });
        lab.Finish();
    }

    [Fact]
    public void Every_request_of_ioctl_is_in_the_table() =>
        Assert.Equal(
            Enum.GetNames<IoctlCmd>().Order(StringComparer.Ordinal),
            FidelityTable.Read("ioctl").Select(r => r.Name).Order(StringComparer.Ordinal));
}
