// sockets.jsonl: a run's sockets over virtual time, a JSON object to a line. The first line says what the file is. Then, for each moment, a line for each
// namespace in which something changed since the moment before: which sockets are new or different (only the fields that are), which are gone;
// and a line with the time alone, which makes the moment complete. docs/summary-format.md describes it.

using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Writes a run's sockets as it goes; each moment is on disk when it is over, so that others can look.</summary>
internal sealed class SocketRecorder : IDisposable
{
    public const string FileName = "sockets.jsonl", Format = "actornet-sockets";

    private readonly StreamWriter _out;
    private readonly Duration _interval;
    private readonly Dictionary<string, (Dictionary<string, SocketEntry> Sockets, SockStat Stat)> _last = new(StringComparer.Ordinal);

    public SocketRecorder(string path, Duration interval)
    {
        _interval = interval;
        _out = new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"format\":\"{Format}\",\"version\":1,\"interval_ns\":{interval.Nanoseconds}}}"));
        _out.Flush();
        Next = Instant.Zero + interval;
    }

    /// <summary>When the next moment is due.</summary>
    public Instant Next { get; private set; }

    /// <summary>Writes the network as it is now.</summary>
    public void Record(Network network)
    {
        Instant now = network.Now;
        foreach (SocketTable table in SocketTable.Of(network)) Write(table);
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"t_ns\":{now.Nanoseconds}}}"));
        _out.Flush();
        while (Next <= now) Next += _interval;
    }

    public void Dispose() => _out.Dispose();

    private void Write(SocketTable table)
    {
        (Dictionary<string, SocketEntry> before, SockStat stat) = _last.GetValueOrDefault(table.Name, (new(StringComparer.Ordinal), new SockStat()));
        Dictionary<string, SocketEntry> after = new(StringComparer.Ordinal);
        foreach (SocketEntry e in table.Sockets) after[e.Id] = e;
        _last[table.Name] = (after, table.Stat);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("host", table.Host);
            if (table.Netns.Length > 0) json.WriteString("netns", table.Netns);
            if (stat != table.Stat)
            {
                json.WritePropertyName("stat");
                JsonSerializer.Serialize(json, table.Stat);
            }

            json.WriteStartObject("set");
            bool changed = stat != table.Stat;
            foreach ((string id, SocketEntry e) in after) changed |= WriteChanges(json, id, before.GetValueOrDefault(id), e);
            json.WriteEndObject();
            List<string> gone = [.. before.Keys.Where(id => !after.ContainsKey(id))];
            if (gone.Count > 0)
            {
                json.WriteStartArray("gone");
                foreach (string id in gone) json.WriteStringValue(id);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            if (!changed && gone.Count == 0) return;
        }

        _out.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static bool WriteChanges(Utf8JsonWriter json, string id, SocketEntry? before, SocketEntry after)
    {
        bool open = false;
        foreach ((string name, string text) in after.Texts)
        {
            if (before?.Texts.GetValueOrDefault(name) != text) Begin().WriteString(name, text);
        }

        foreach ((string name, long number) in after.Numbers)
        {
            if (before is null || !before.Numbers.TryGetValue(name, out long was) || was != number) Begin().WriteNumber(name, number);
        }

        if (before is not null)
        {
            foreach (string name in before.Texts.Keys.Where(n => !after.Texts.ContainsKey(n))) Begin().WriteNull(name);
            foreach (string name in before.Numbers.Keys.Where(n => !after.Numbers.ContainsKey(n))) Begin().WriteNull(name);
        }

        if (open) json.WriteEndObject();
        return open;

        Utf8JsonWriter Begin()
        {
            if (!open) json.WriteStartObject(id);
            open = true;
            return json;
        }
    }
}
