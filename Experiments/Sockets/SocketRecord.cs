// Reads sockets.jsonl up to a moment. A run that is still going on has the file under its partial name; what is not complete yet is not looked at.

using System.Text.Json;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A run's record of its sockets.</summary>
public static class SocketRecord
{
    /// <summary>The record in a run's folder, and whether the run is still writing it.</summary>
    /// <exception cref="ScenarioException">There is none: says how to make one.</exception>
    public static string Find(string folder, out bool isGrowing)
    {
        string whole = Path.Combine(folder, SocketRecorder.FileName), partial = whole + RunFolder.Partial;
        isGrowing = File.Exists(partial);
        if (isGrowing) return partial;
        if (File.Exists(whole)) return whole;
        throw new ScenarioException(Directory.Exists(folder)
            ? $"{folder}: no {SocketRecorder.FileName}: the run did not record its sockets; say record {{ sockets = 1s }} in the scenario, or --set record.sockets=1s"
            : $"{folder}: no such folder");
    }

    /// <summary>The tables at the last moment not after a time; null when there is none so early.</summary>
    /// <exception cref="ScenarioException">The file is not such a record.</exception>
    public static IReadOnlyList<SocketTable>? Read(string file, Instant until, out Instant at)
    {
        at = Instant.Zero;
        Dictionary<string, (SocketTable Table, Dictionary<string, SocketEntry> Sockets)> tables = new(StringComparer.Ordinal);
        List<JsonElement> pending = [];
        bool any = false;
        int number = 0;
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            number++;
            JsonElement json;
            try
            {
                json = JsonDocument.Parse(line).RootElement;
                if (number == 1)
                {
                    if (json.GetProperty("format").GetString() != SocketRecorder.Format || json.GetProperty("version").GetInt32() != 1) throw new ScenarioException($"{file}: not a record of sockets that this version reads");
                    continue;
                }

                if (!json.TryGetProperty("t_ns", out JsonElement time))
                {
                    pending.Add(json);
                    continue;
                }

                var moment = new Instant(time.GetInt64());
                if (moment > until) break;
                foreach (JsonElement change in pending) Apply(tables, change);
                pending.Clear();
                (at, any) = (moment, true);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                if (reader.Peek() < 0) break; // the last line, half written
                throw new ScenarioException($"{file}:{number}: not a record of sockets: {e.Message}");
            }
        }

        if (!any) return null;
        foreach ((SocketTable table, Dictionary<string, SocketEntry> sockets) in tables.Values)
        {
            table.At = at;
            table.Sockets.AddRange(sockets.Values);
        }

        return [.. tables.Values.Select(t => t.Table)];
    }

    private static void Apply(Dictionary<string, (SocketTable Table, Dictionary<string, SocketEntry> Sockets)> tables, JsonElement change)
    {
        string host = change.GetProperty("host").GetString()!;
        string netns = change.TryGetProperty("netns", out JsonElement ns) ? ns.GetString()! : "";
        var fresh = new SocketTable(host, netns);
        if (!tables.TryGetValue(fresh.Name, out (SocketTable Table, Dictionary<string, SocketEntry> Sockets) t))
            tables.Add(fresh.Name, t = (fresh, new Dictionary<string, SocketEntry>(StringComparer.Ordinal)));
        if (change.TryGetProperty("stat", out JsonElement stat)) t.Table.Stat = stat.Deserialize<SockStat>()!;
        foreach (JsonProperty socket in change.GetProperty("set").EnumerateObject())
        {
            if (!t.Sockets.TryGetValue(socket.Name, out SocketEntry? e)) t.Sockets.Add(socket.Name, e = new SocketEntry());
            foreach (JsonProperty field in socket.Value.EnumerateObject()) Set(e, field);
        }

        if (!change.TryGetProperty("gone", out JsonElement gone)) return;
        foreach (JsonElement id in gone.EnumerateArray()) t.Sockets.Remove(id.GetString()!);
    }

    private static void Set(SocketEntry e, JsonProperty field)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.String: e.Texts[field.Name] = field.Value.GetString()!; break;
            case JsonValueKind.Number: e.Numbers[field.Name] = field.Value.GetInt64(); break;
            default:
                e.Texts.Remove(field.Name);
                e.Numbers.Remove(field.Name);
                break;
        }
    }
}
