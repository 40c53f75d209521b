// net.ipv4.tcp_fastopen_key and tcp_fastopen_blackhole_timeout_sec (proc_tcp_fastopen_key, proc_tfo_blackhole_detect_timeout; net/ipv4/sysctl_net_ipv4.c).

using System.Globalization;
using System.Text;

namespace ActorNet.Protocols;

/// <summary>One key or two, as four 32-bit numbers in hexadecimal with dashes between them; a comma before the second, which is the old one.</summary>
internal sealed class CtlFastOpenKey(string name) : CtlTable(name, Secret)
{
    // 0600; and the length of a key.
    private const int Secret = 0x180, KeyLength = 16, Words = 4;

    public override string Takes => "a key xxxxxxxx-xxxxxxxx-xxxxxxxx-xxxxxxxx, or two with a comma between them";

    public override bool IsList => true;

    public override string Read(in SysctlScope scope)
    {
        ReadOnlySpan<byte> keys = scope.Net.tcp_fastopen_keys ?? new byte[KeyLength];
        var text = new StringBuilder();
        for (int i = 0; i < keys.Length; i += 4)
        {
            if (i > 0) text.Append(i % KeyLength == 0 ? ',' : '-');
            text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt32LittleEndian(keys[i..]):x8}");
        }

        return text.ToString();
    }

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        string[] parts = Encoding.ASCII.GetString(text).Trim('\n', '\0', ' ').Split(',', 2);
        byte[] keys = new byte[KeyLength * parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!TryKey(parts[i], keys.AsSpan(i * KeyLength, KeyLength))) return Errno.EINVAL;
        scope.Net.tcp_fastopen_keys = keys;
        return Errno.OK;
    }

    private static bool TryKey(string text, Span<byte> key)
    {
        string[] words = text.Split('-');
        if (words.Length != Words) return false;
        for (int i = 0; i < Words; i++)
        {
            if (!uint.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word)) return false;
            BinaryPrimitives.WriteUInt32LittleEndian(key[(4 * i)..], word);
        }

        return true;
    }
}

/// <summary>Seconds; writing it ends the pause that there may be.</summary>
internal sealed class CtlBlackhole(string name) : CtlTable(name)
{
    private readonly CtlInts _seconds = new(name, 0, int.MaxValue, s => ref s.tcp_fastopen_blackhole_timeout_sec);

    public override string Takes => _seconds.Takes;

    public override string Read(in SysctlScope scope) => _seconds.Read(scope);

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        Errno e = _seconds.Write(scope, text, out consumed);
        if (e == Errno.OK) scope.Net.FastOpenPauses = 0;
        return e;
    }
}
