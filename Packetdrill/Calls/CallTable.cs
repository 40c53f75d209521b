// All calls by name, found by their attribute.

using System.Collections.Frozen;
using System.Reflection;

namespace ActorNet.Packetdrill;

internal static class CallTable
{
    private static readonly FrozenDictionary<string, Type> s_calls = Find().ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => s_calls.Keys.Order(StringComparer.Ordinal);

    public static SystemCall Make(SyscallEvent line) => s_calls.TryGetValue(line.Name, out Type? type)
        ? (SystemCall)Activator.CreateInstance(type, nonPublic: true)!
        : throw new ScriptException(line.At, $"there is no call {line.Name}; the calls are {string.Join(", ", Names)}");

    private static IEnumerable<KeyValuePair<string, Type>> Find() =>
        from type in typeof(CallTable).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<ScriptCallAttribute>()
        where attribute is not null
        from name in attribute.Names
        select KeyValuePair.Create(name, type);
}
