// Values as text: f-strings' and format()'s specifications (Python's "Format Specification Mini-Language"), and the % of strings.

using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Packetdrill;

/// <summary>Formats values.</summary>
internal static partial class CodeFormat
{
    /// <summary>format(value, spec): [[fill]align][sign][#][0][width][,][.precision][type].</summary>
    public static string Format(object? value, string spec)
    {
        if (spec.Length == 0) return CodeValue.Text(value);
        if (Spec().Match(spec) is not { Success: true } m) throw new CodeException($"'{spec}' is no format");
        string type = m.Groups["type"].Value, body;
        bool isNumber = CodeValue.IsNumber(value);
        if (!isNumber || type == "s")
        {
            body = CodeValue.Text(value);
            if (m.Groups["precision"] is { Success: true, Value: var most }) body = body[..Math.Min(body.Length, int.Parse(most, CultureInfo.InvariantCulture))];
        }
        else
        {
            body = Number(value, type, m.Groups["precision"].Value, m.Groups["comma"].Success, m.Groups["hash"].Success);
            if (m.Groups["sign"].Value is { Length: > 0 } sign && sign != "-" && body[0] != '-') body = sign + body;
        }

        if (!m.Groups["width"].Success) return body;
        int width = int.Parse(m.Groups["width"].Value, CultureInfo.InvariantCulture);
        bool zero = m.Groups["zero"].Success;
        string align = m.Groups["align"] is { Success: true, Value: var a } ? a : zero && isNumber ? "=" : isNumber ? ">" : "<";
        char fill = m.Groups["fill"] is { Success: true, Length: 1 } f ? f.Value[0] : zero ? '0' : ' ';
        int missing = Math.Max(0, width - body.Length);
        return align switch
        {
            "<" => body.PadRight(width, fill),
            "^" => new string(fill, missing / 2) + body + new string(fill, missing - missing / 2),
            "=" when body.Length > 0 && body[0] is '-' or '+' or ' ' => body[0] + new string(fill, missing) + body[1..],
            _ => body.PadLeft(width, fill),
        };
    }

    /// <summary>'%d of %s' % (…).</summary>
    public static string Percent(string format, object? values)
    {
        Queue<object?> left = new(values is List<object?> l ? l : [values]);
        var text = new StringBuilder();
        int at = 0;
        foreach (Match m in Conversion().Matches(format))
        {
            text.Append(format, at, m.Index - at);
            at = m.Index + m.Length;
            string type = m.Groups["type"].Value, spec = m.Groups["spec"].Value;
            if (type == "%")
            {
                text.Append('%');
                continue;
            }

            if (!left.TryDequeue(out object? value)) throw new CodeException($"'{format}' has more places than values");
            if (type is "d" or "i" or "u" or "x" or "X" or "o") value = CodeValue.ToInteger(value);
            string said = type == "r" ? CodeValue.Repr(value) : type == "s" ? CodeValue.Text(value) : Format(value, spec.TrimStart('-') + (type is "i" or "u" ? "d" : type));
            if (type is "r" or "s" && spec.Length > 0 && int.TryParse(spec.TrimStart('-').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width))
                said = spec[0] == '-' ? said.PadRight(width) : said.PadLeft(width);
            text.Append(said);
        }

        if (left.Count > 0) throw new CodeException($"'{format}' has fewer places than values");
        return text.Append(format, at, format.Length - at).ToString();
    }

    private static string Number(object? value, string type, string precision, bool comma, bool hash)
    {
        int digits = precision.Length > 0 ? int.Parse(precision, CultureInfo.InvariantCulture) : 6;
        string group = comma ? "N" : "F";
        switch (type)
        {
            case "" when value is not double || precision.Length == 0: return value is double || !comma ? CodeValue.Text(value) : Whole(value, comma);
            case "d": return value is double ? throw new CodeException($"{CodeValue.Text(value)} is no whole number") : Whole(value, comma);
            case "x" or "X" or "o" or "b":
                BigInteger n = CodeValue.ToInteger(value), rest = BigInteger.Abs(n);
                int radix = type == "o" ? 8 : type == "b" ? 2 : 16;
                var text = new StringBuilder();
                do text.Insert(0, "0123456789abcdef"[(int)(rest % radix)]); while (!(rest /= radix).IsZero);
                if (hash) text.Insert(0, "0" + type);
                string said = (n.Sign < 0 ? "-" : "") + text;
                return type == "X" ? said.ToUpperInvariant() : said;
            case "f" or "F": return CodeValue.ToDouble(value).ToString(group + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            case "%": return (CodeValue.ToDouble(value) * 100).ToString(group + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + "%";
            case "e": return CodeValue.ToDouble(value).ToString("0." + new string('0', digits) + "e+00", CultureInfo.InvariantCulture);
            default: throw new CodeException($"there is no format of type '{type}' here (d, x, o, b, f, e, %, s)");
        }
    }

    private static string Whole(object? value, bool comma) => CodeValue.ToInteger(value).ToString(comma ? "N0" : "D", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<hash>#)?(?<zero>0)?(?<width>[0-9]{1,4})?(?<comma>[,_])?(?:\.(?<precision>[0-9]{1,3}))?(?<type>[a-zA-Z%])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Spec();

    [GeneratedRegex(@"%(?<spec>[-+ 0#]*[0-9]{0,4}(\.[0-9]{1,3})?)(?<type>[a-zA-Z%])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Conversion();
}
