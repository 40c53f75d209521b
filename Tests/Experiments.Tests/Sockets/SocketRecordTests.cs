// sockets.jsonl: what is written while a run goes on is what is read at any of its moments; recording changes nothing.

using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments.Tests.Sockets;

[Trait("Engine", "Embedded")]
public class SocketRecordTests : IDisposable
{
    private const string Programs = "web { program = http-server, on = b }, users { program = http-client, on = a, to = b, requests = 0, think = 300ms, keep-alive = true, connections = 2 }, e { program = udp-echo, on = b }";

    private readonly string _folder = Directory.CreateTempSubdirectory("actornet").FullName;

    [Fact]
    public void The_state_at_each_moment_is_read_back_and_the_trace_is_the_same_without_a_record()
    {
        string text = ScenarioFiles.TwoHosts(Programs, ", loss = 1%", top: "duration = 5s");
        RunResult plain = new ScenarioRun(ScenarioFile.Parse(text, "r.conf"), new RunOptions()).Execute();
        RunResult recorded = new ScenarioRun(ScenarioFile.Parse(text + "\nrecord { sockets = 500ms }", "r.conf"), new RunOptions { OutFolder = _folder }).Execute();
        Assert.Equal(plain.Summary.TraceHash, recorded.Summary.TraceHash);
        string file = SocketRecord.Find(_folder, out bool growing);
        Assert.False(growing);
        Assert.Null(SocketRecord.Read(file, Instant.FromMilliseconds(499), out _));
        for (int ms = 500; ms <= 5000; ms += 500)
        {
            IReadOnlyList<SocketTable> tables = SocketRecord.Read(file, Instant.FromMilliseconds(ms + 499), out Instant at)!;
            Assert.Equal(Instant.FromMilliseconds(ms), at);
            SocketTable b = tables.Single(t => t.Host == "b");
            Assert.Equal("udp 7 CLOSE, tcp 80 LISTEN", string.Join(", ", b.Sockets.Where(s => s.Peer.Port == 0).OrderBy(s => s.Local.Port).Select(s => $"{s.Netid} {s.Local.Port} {s.State}")));
            Assert.Equal(2, b.Sockets.Count(s => s.State == TcpState.ESTABLISHED));
            Assert.Equal((4, 3), (b.Stat.Used, b.Stat.TcpInuse)); // listener, two connections, udp
            Assert.All(b.Sockets.Where(s => s.State == TcpState.ESTABLISHED), s => Assert.Equal(b.At.Milliseconds, ms));
        }

        Assert.Equal(Instant.FromSeconds(5), Newest(file));
    }

    [Fact]
    public void A_record_that_grows_shows_its_last_complete_moment()
    {
        string partial = Path.Combine(_folder, "sockets.jsonl.partial");
        const string Head = """{"format":"actornet-sockets","version":1,"interval_ns":1000000000}""";
        const string One = """{"host":"a","set":{"tcp:1":{"netid":"tcp","local":"10.0.0.1:1","peer":"10.0.0.2:2","state":1,"sk":1,"rq":5}}}""";
        const string Two = """{"host":"a","set":{"tcp:1":{"rq":null,"wq":9},"tcp:2":{"netid":"tcp","local":"10.0.0.1:3","peer":"10.0.0.2:4","state":2,"sk":2}}}""";
        File.WriteAllText(partial, Head + "\n" + One + "\n");
        Assert.Equal(partial, SocketRecord.Find(_folder, out bool growing));
        Assert.True(growing);
        Assert.Null(SocketRecord.Read(partial, Instant.Never, out _)); // its moment is not complete
        File.AppendAllText(partial, "{\"t_ns\":1000000000}\n" + Two + "\n{\"t_n");
        SocketEntry only = Assert.Single(SocketRecord.Read(partial, Instant.Never, out Instant at)!.Single().Sockets);
        Assert.Equal((Instant.FromSeconds(1), 5L), (at, only["rq"]));
        File.AppendAllText(partial, "s\":2000000000}\n{\"host\":\"a\",\"set\":{},\"gone\":[\"tcp:1\"]}\n{\"t_ns\":3000000000}\n");
        SocketTable second = SocketRecord.Read(partial, Instant.FromSeconds(2), out _)!.Single();
        Assert.Equal([(0L, 9L), (0L, 0L)], second.Sockets.Select(s => (s["rq"], s["wq"])));
        Assert.Equal("tcp:2", Assert.Single(SocketRecord.Read(partial, Instant.Never, out _)!.Single().Sockets).Id);
    }

    [Fact]
    public void What_is_no_record_is_said()
    {
        Assert.Contains("the run did not record its sockets", Assert.Throws<ScenarioException>(() => SocketRecord.Find(_folder, out _)).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", Assert.Throws<ScenarioException>(() => SocketRecord.Find(Path.Combine(_folder, "x"), out _)).Message, StringComparison.Ordinal);
        string file = Path.Combine(_folder, "sockets.jsonl");
        File.WriteAllText(file, "{\"format\":\"other\",\"version\":1}\n{}\n");
        Assert.Contains("not a record of sockets", Assert.Throws<ScenarioException>(() => SocketRecord.Read(file, Instant.Never, out _)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Instant Newest(string file)
    {
        SocketRecord.Read(file, Instant.Never, out Instant at);
        return at;
    }
}
