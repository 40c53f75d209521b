// An open file below /proc/sys: fs/proc/proc_sysctl.c (proc_sys_read, proc_sys_write), with kernel/sysctl.c's rule for writes that do not begin
// at the start (sysctl_writes_strict = 1: numbers take none).

using System.Text;

namespace ActorNet.Actors;

/// <summary>One setting, open.</summary>
internal sealed class SysctlFile(FileFlags flags, CtlTable entry, SysctlScope scope) : ProcFile(flags)
{
    // PAGE_SIZE less the end of the text: what is looked at of one write.
    private const int MaxText = 4095;

    /// <summary>The value and its newline, from the start and at once; a second read finds the end.</summary>
    public override SysResult Read(Span<byte> to, Instant now)
    {
        if (Position != 0 || to.IsEmpty) return 0;
        byte[] text = Encoding.ASCII.GetBytes(entry.Read(scope) + "\n");
        int n = Math.Min(text.Length, to.Length);
        text.AsSpan(0, n).CopyTo(to);
        Position += n;
        return n;
    }

    public override SysResult Write(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return 0;
        ReadOnlySpan<byte> text = data[..Math.Min(data.Length, MaxText)];
        Errno e = Position == 0 ? entry.Write(scope, text, out int consumed) : entry.Append(scope, Position, text, out consumed);
        if (e != Errno.OK) return e;
        consumed += data.Length - text.Length;
        if (entry.MovesPosition) Position += consumed;
        return consumed;
    }
}
