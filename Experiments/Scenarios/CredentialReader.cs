// Reads whose a program is and what it may do: user, group, capabilities.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Reads a program's credentials.</summary>
internal static class CredentialReader
{
    public static Credentials Read(SectionReader reader)
    {
        uint uid = (uint)reader.Get(IsolationKeys.User), gid = (uint)(reader.Maybe(IsolationKeys.Group) ?? uid);
        bool listed = reader.Has(IsolationKeys.Capabilities);
        if (uid == 0 && gid == 0 && !listed) return Credentials.Root;
        ulong capabilities = uid == 0 && !listed ? Credentials.AllCapabilities : 0;
        foreach (SettingsNode text in reader.Get(IsolationKeys.Capabilities))
        {
            string name = text.Text.StartsWith("CAP_", StringComparison.Ordinal) ? text.Text[4..] : text.Text;
            if (name.Length > 0 && char.IsAsciiLetter(name[0]) && Enum.TryParse(name, out Capability capability)) capabilities |= Credentials.Mask(capability);
            else reader.Errors.Add(text, $"unknown capability '{text.Text}'{Nearest.Hint(name, Enum.GetNames<Capability>())}");
        }

        return new Credentials(uid, gid, capabilities);
    }
}
