// Writes values as HOCON text that reads back as the same values, keys in their order.

using System.Globalization;
using System.Text;

namespace ActorNet.Engine.Configuration;

internal static class HoconPrinter
{
    public static void Key(StringBuilder text, string key)
    {
        bool plain = key.Length > 0 && key != "include";
        foreach (char c in key) plain &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
        if (plain)
            text.Append(key);
        else
            Quoted(text, key);
    }

    public static void Quoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ' or '\u007F': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"); break;
                // Half a pair would not survive a file.
                case >= '\uD800' and <= '\uDFFF': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"); break;
                default: text.Append(c); break;
            }
        }
        text.Append('"');
    }

    public static void Value(StringBuilder text, HoconValue value, int indent, int indentSize)
    {
        switch (value.Type)
        {
            case HoconType.Object:
                text.Append('{');
                Fields(text, value.GetObject(), indent, indentSize);
                text.Append('}');
                break;
            case HoconType.Array:
                IList<HoconValue> elements = value.GetArray();
                text.Append('[');
                for (int i = 0; i < elements.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Value(text, elements[i], indent, indentSize);
                }
                text.Append(']');
                break;
            case HoconType.String when !value.IsNull: Quoted(text, value.GetString()); break;
            default: text.Append(value.Raw); break;
        }
    }

    public static void Fields(StringBuilder text, HoconObject obj, int indent, int indentSize)
    {
        if (obj.Count == 0) return;
        foreach (HoconField field in obj.Values)
        {
            text.Append('\n').Append(' ', indent * indentSize);
            Key(text, field.Key);
            text.Append(field.Value.Type == HoconType.Object ? " " : " = ");
            Value(text, field.Value, indent + 1, indentSize);
        }
        text.Append('\n').Append(' ', (indent - 1) * indentSize);
    }
}
