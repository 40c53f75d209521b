// Every option at IPPROTO_TCP and SOL_SOCKET against the answers of a real kernel (option-answers.txt says how they were asked): errno of set, value
// and length of get, in three states.

using System.Globalization;

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpOptionAnswersTests
{
    // What depends on the machine (its path, its buffers, its ticks), and what fidelity.md says that we answer otherwise.
    private static readonly HashSet<string> s_otherwise =
    [
        "6/2/conn", "6/10/conn", // of the path
        "6/20/new", "6/20/listen", "6/20/conn", // that kernel's root may repair; here nobody may, which only shows in the bad values
        "1/7/conn", "1/49/conn", "1/49/listen", "1/28/conn", "1/37/new", "1/37/listen", "1/37/conn",
        "1/50/new", "1/50/listen", "1/50/conn", "1/52/new", "1/52/listen", "1/52/conn", // file descriptors
    ];

    public static TheoryData<string> Lines()
    {
        var data = new TheoryData<string>();
        using var reader = new StreamReader(typeof(TcpOptionAnswersTests).Assembly.GetManifestResourceStream("option-answers.txt")!);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) data.Add(line);
        return data;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_option_answers_as_the_kernel_does(string line)
    {
        string[] words = line.Split(' ');
        var level = (SockLevel)int.Parse(words[0], CultureInfo.InvariantCulture);
        int option = int.Parse(words[1], CultureInfo.InvariantCulture);
        if (s_otherwise.Contains($"{words[0]}/{words[1]}/{words[2]}")) return;
        foreach (string word in words.AsSpan(3))
        {
            using TcpScript s = Fresh(words[2]);
            if (word.StartsWith("get", StringComparison.Ordinal))
            {
                int eq = word.IndexOf('=', StringComparison.Ordinal);
                int room = eq == 3 ? 4 : word[3] - '0';
                Assert.Equal($"{word[..eq]}={word[(eq + 1)..]}", $"{word[..eq]}={Get(s, level, option, room)}");
                continue;
            }

            int arrow = word.IndexOf("->", StringComparison.Ordinal);
            string answer = word[(arrow + 2)..], asked = word[..arrow];
            if (asked.StartsWith("len", StringComparison.Ordinal))
            {
                byte[] one = [1, 0, 0, 0];
                Assert.Equal(word, $"{asked}->{s.Sock.Setsockopt(level, option, one.AsSpan(0, asked[3] - '0'), s.Now)}");
                continue;
            }

            int value = int.Parse(asked, CultureInfo.InvariantCulture);
            if (level == SockLevel.TCP && option is >= 44 and <= 46 && value is 32_767 or 60_000) continue; // ticks of 4 ms there
            byte[] bytes = BitConverter.GetBytes(value);
            Errno e = s.Sock.Setsockopt(level, option, bytes, s.Now);
            Assert.Equal($"{option}: {asked}->{answer}", $"{option}: {asked}->{e}/{Get(s, level, option, 4)}");
            while (s.TryNext(out _))
            {
            }
        }
    }

    private static TcpScript Fresh(string state)
    {
        static void AsThere(NetSysctl c)
        {
            c.rmem_max = c.wmem_max = 4_194_304;
            c.tcp_rmem_max = 33_554_432;
        }

        if (state == "conn") return TcpScript.Accepted(sysctl: AsThere);
        var s = new TcpScript(AsThere);
        if (state == "listen")
        {
            s.Listen();
            s.Sock = s.Listener;
        }
        else
        {
            s.Sock = s.Host.Socket();
        }

        return s;
    }

    private static string Get(TcpScript s, SockLevel level, int option, int room)
    {
        byte[] value = new byte[Math.Max(room, 1)];
        Array.Fill(value, (byte)0xAA);
        Errno e = s.Sock.Getsockopt(level, option, value.AsSpan(0, room), out int length, s.Now);
        if (e != Errno.OK) return e.ToString();
        string bytes = length == 4 ? BitConverter.ToInt32(value).ToString(CultureInfo.InvariantCulture) : Convert.ToHexStringLower(value.AsSpan(0, length));
        return $"{length}:{bytes}";
    }
}
