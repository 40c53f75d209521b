// docs/fidelity.md says of every option of setsockopt and getsockopt whether it works. Here each is set and read on the sockets it is for: a row cannot
// claim what the code does not do, nor forget one.

namespace ActorNet.Actors.Tests.Fidelity;

[Trait("Engine", "Embedded")]
public class OptionTablesTests
{
    private static readonly int[] s_sizes = [4, 8, 16, 264];

    [Fact]
    public void Every_option_at_SOL_SOCKET_is_as_the_table_says() => Walk<SockOpt>("Options at SOL_SOCKET", SockLevel.SOCKET, SocketType.STREAM, SocketType.DGRAM);

    [Fact]
    public void Every_option_at_IPPROTO_IP_is_as_the_table_says() => Walk<IpOpt>("Options at IPPROTO_IP", SockLevel.IP, SocketType.DGRAM, SocketType.STREAM);

    [Fact]
    public void Every_option_at_IPPROTO_TCP_is_as_the_table_says() => Walk<TcpOpt>("Options at IPPROTO_TCP", SockLevel.TCP, SocketType.STREAM);

    [Fact]
    public void Every_option_at_IPPROTO_UDP_is_as_the_table_says() => Walk<UdpOpt>("Options at IPPROTO_UDP", SockLevel.UDP, SocketType.DGRAM);

    private static void Walk<TOption>(string heading, SockLevel level, params SocketType[] types)
        where TOption : struct, Enum
    {
        IReadOnlyList<FidelityRow> rows = FidelityTable.Read(heading);
        Assert.Equal(Enum.GetNames<TOption>().Order(StringComparer.Ordinal), rows.Select(r => r.Name).Order(StringComparer.Ordinal));
        var wrong = new List<string>();
        using Lab lab = Lab.Pair();
        lab.A.Run("asks", async os =>
        {
            foreach (FidelityRow row in rows)
            {
                int option = Convert.ToInt32(Enum.Parse<TOption>(row.Name), System.Globalization.CultureInfo.InvariantCulture);
                var answers = new HashSet<Errno>();
                foreach (SocketType type in types) await Ask(os, type, level, option, answers);
                Errno no = row.Refusal(Errno.ENOPROTOOPT);
                if (row.State == "no" && !answers.SetEquals([no])) wrong.Add($"{row.Name} is 'no', {no}: it answers {string.Join(", ", answers)}");
                if (row.State != "no" && answers.SetEquals([Errno.ENOPROTOOPT])) wrong.Add($"{row.Name} is '{row.State}': it answers {string.Join(", ", answers)}");
            }
        });
        lab.Finish();
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    // In several sizes, since each option takes its own: what is unknown is refused in the same words whatever the size.
    private static async Task Ask(Os os, SocketType type, SockLevel level, int option, HashSet<Errno> answers)
    {
        foreach (int size in s_sizes)
        {
            int s = await os.Socket(AddressFamily.INET, type);
            byte[] value = new byte[size];
            value[0] = 1;
            answers.Add((await os.TrySetSockOpt(s, level, option, value)).Errno);
            answers.Add((await os.TryGetSockOpt(s, level, option, value)).Errno);
            await os.Close(s);
        }
    }
}
