// What `actornet packetdrill` tells of each script: a line for people, an element of JUnit's XML for machines.

using System.Globalization;
using System.Xml;
using ActorNet.Packetdrill;

namespace ActorNet.Cli;

/// <summary>A script that was played.</summary>
internal sealed record PacketdrillCase(string File, Verdict Verdict, string? Why)
{
    public string Line => Verdict switch
    {
        Verdict.Passed => $"passed  {File}",
        Verdict.NotApplicable => $"not applicable  {File}: {Why}",
        _ => $"FAILED  {File}\n{Why?.TrimEnd()}",
    };
}

/// <summary>The XML that test runners read: testsuite, testcase, failure, skipped.</summary>
internal static class PacketdrillJunit
{
    /// <exception cref="IOException">It cannot be written; also UnauthorizedAccessException.</exception>
    public static void Write(string path, IReadOnlyList<PacketdrillCase> cases)
    {
        using XmlWriter w = XmlWriter.Create(path, new XmlWriterSettings { Indent = true });
        w.WriteStartElement("testsuites");
        w.WriteStartElement("testsuite");
        w.WriteAttributeString("name", "packetdrill");
        w.WriteAttributeString("tests", Count(cases.Count));
        w.WriteAttributeString("failures", Count(cases.Count(c => c.Verdict == Verdict.Failed)));
        w.WriteAttributeString("skipped", Count(cases.Count(c => c.Verdict == Verdict.NotApplicable)));
        foreach (PacketdrillCase c in cases)
        {
            w.WriteStartElement("testcase");
            w.WriteAttributeString("classname", Path.GetDirectoryName(c.File) is { Length: > 0 } folder ? folder : "packetdrill");
            w.WriteAttributeString("name", Path.GetFileName(c.File));
            if (c.Verdict != Verdict.Passed)
            {
                w.WriteStartElement(c.Verdict == Verdict.Failed ? "failure" : "skipped");
                string why = Printable(c.Why ?? "");
                w.WriteAttributeString("message", why.Split('\n', 2)[0]);
                if (c.Verdict == Verdict.Failed) w.WriteString(why);
                w.WriteEndElement();
            }

            w.WriteEndElement();
        }

        w.WriteEndElement();
        w.WriteEndElement();
    }

    // XML has no way to say most control characters.
    private static string Printable(string text) => new([.. text.Select(c => XmlConvert.IsXmlChar(c) ? c : '?')]);

    private static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);
}
