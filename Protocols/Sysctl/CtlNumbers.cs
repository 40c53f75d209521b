// The kinds of numbers: proc_dointvec, proc_dointvec_minmax, proc_dointvec_jiffies, proc_dou8vec_minmax, proc_douintvec_minmax, proc_doulongvec_minmax
// (kernel/sysctl.c). What they do with the rest of a line differs, and programs can see it.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>One or more numbers, separated by blanks: the write is taken as far as there are fields for it.</summary>
internal abstract class CtlVector(string name, int min, int max, SysctlField<int>[] fields) : CtlTable(name)
{
    public override string Takes => fields.Length == 1
        ? string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}")
        : string.Create(CultureInfo.InvariantCulture, $"{fields.Length} numbers from {min} to {max}");

    public override string Read(in SysctlScope scope)
    {
        NetSysctl net = scope.Net;
        return string.Join('\t', fields.Select(f => f(net).ToString(CultureInfo.InvariantCulture)));
    }

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            rest.SkipSpaces();
            if (rest.IsEmpty && i > 0) break;
            if (!TryNumber(ref rest, out long value) || value < min || value > max) return Errno.EINVAL;
            fields[i](scope.Net) = (int)value;
        }

        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return Errno.OK;
    }

    /// <summary>One number of this kind; false for what is none.</summary>
    protected abstract bool TryNumber(ref SysctlText rest, out long value);
}

/// <summary>Ints (proc_dointvec_minmax).</summary>
internal sealed class CtlInts(string name, int min, int max, params SysctlField<int>[] fields) : CtlVector(name, min, max, fields)
{
    protected override bool TryNumber(ref SysctlText rest, out long value)
    {
        bool ok = CtlNumber.TryInt(ref rest, out int number);
        value = number;
        return ok;
    }
}

/// <summary>Unsigned longs, with no sign (proc_doulongvec_minmax).</summary>
internal sealed class CtlLongs(string name, int min, int max, params SysctlField<int>[] fields) : CtlVector(name, min, max, fields)
{
    protected override bool TryNumber(ref SysctlText rest, out long value)
    {
        bool ok = rest.TryNumber(out bool negative, out ulong number) && !negative && number <= int.MaxValue;
        value = (long)number;
        return ok;
    }
}

/// <summary>One unsigned long of any value (proc_doulongvec_minmax without bounds).</summary>
internal sealed class CtlUlong(string name, SysctlField<ulong> field) : CtlTable(name)
{
    public override string Takes => "a number";

    public override string Read(in SysctlScope scope) => field(scope.Net).ToString(CultureInfo.InvariantCulture);

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        var rest = new SysctlText(text);
        rest.SkipSpaces();
        consumed = 0;
        if (!rest.TryNumber(out bool negative, out ulong number) || negative) return Errno.EINVAL;
        field(scope.Net) = number;
        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return Errno.OK;
    }
}

/// <summary>One unsigned number whose write is taken as a whole, whatever comes behind the number (proc_dou8vec_minmax, proc_douintvec_minmax).</summary>
internal sealed class CtlUint(string name, uint min, uint max, SysctlField<int> field) : CtlTable(name)
{
    public override bool MovesPosition => false;

    public override string Takes => string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}");

    public override string Read(in SysctlScope scope) => ((uint)field(scope.Net)).ToString(CultureInfo.InvariantCulture);

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        if (!CtlNumber.TryUint(text, min, max, out uint value)) return Errno.EINVAL;
        field(scope.Net) = (int)value;
        return Errno.OK;
    }
}

/// <summary>A switch that Linux keeps as a number: any that is not 0 means on, and is read back (proc_dou8vec_minmax).</summary>
/// <param name="max">255 where Linux sets no limit.</param>
internal sealed class CtlFlag(string name, uint max, SysctlField<bool> field) : CtlTable(name)
{
    public override bool MovesPosition => false;

    public override string Takes => "0 or 1";

    public override string Read(in SysctlScope scope) =>
        !field(scope.Net) ? "0" : scope.Net.Raw.TryGetValue(Name, out long raw) ? raw.ToString(CultureInfo.InvariantCulture) : "1";

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        if (!CtlNumber.TryUint(text, 0, max, out uint value)) return Errno.EINVAL;
        field(scope.Net) = value != 0;
        scope.Net.Raw.Remove(Name);
        if (value > 1) scope.Net.Raw[Name] = value;
        return Errno.OK;
    }
}

/// <summary>Reading one number of a kind.</summary>
internal static class CtlNumber
{
    public static bool TryInt(ref SysctlText rest, out int value)
    {
        value = 0;
        if (!rest.TryNumber(out bool negative, out ulong number)) return false;
        if (number > (negative ? 0x8000_0000UL : 0x7FFF_FFFFUL)) return false;
        value = (int)(negative ? -(long)number : (long)number);
        return true;
    }

    public static bool TryUint(ReadOnlySpan<byte> text, uint min, uint max, out uint value)
    {
        var rest = new SysctlText(text);
        rest.SkipSpaces();
        value = 0;
        if (!rest.TryNumber(out bool negative, out ulong number) || (negative && number != 0) || number < min || number > max) return false;
        value = (uint)number;
        return true;
    }
}
