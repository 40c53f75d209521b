using System.Text;
using Xunit.Abstractions;

namespace ActorNet.Packetdrill.Tests;

public class ScoreboardTests(ITestOutputHelper output)
{
    [Fact]
    public void Scoreboard()
    {
        var text = new StringBuilder();
        foreach (string name in SharedScripts.Ipv4())
        {
            string line;
            try
            {
                PacketResult r = SharedScripts.Play(name);
                line = $"{r.Verdict} {name}\n{r.Why}";
            }
            catch (ScriptException e)
            {
                line = $"Unreadable {name}\n{e.Message}";
            }

            text.AppendLine(line);
        }

        File.WriteAllText("/tmp/scoreboard.txt", text.ToString());
        output.WriteLine(text.ToString());
    }
}
