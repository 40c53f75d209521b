// Where an actor stands: akka://system/user/a/b. A path is made when it is asked for, from the names on the way up.

using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Actor;

/// <summary>Which system an actor lives in: protocol and system name (there is no remote one here).</summary>
public sealed record Address(string Protocol, string System)
{
    public static readonly Address AllSystems = new("akka", "all-systems");

    public override string ToString() => $"{Protocol}://{System}";
}

/// <summary>A path in the tree of actors. Compared by its elements, never by what actor lives there.</summary>
[SuppressMessage("Design", "CA1036", Justification = "Akka's ActorPath has no relational operators.")]
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    private const string SpecialCharacters = "-_.*$+:@&=,!~';";

    public abstract ActorPath Parent { get; }

    public abstract RootActorPath Root { get; }

    public abstract string Name { get; }

    /// <summary>Names from the root down.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            List<string> elements = [];
            for (ActorPath at = this; at is ChildActorPath; at = at.Parent)
                elements.Add(at.Name);
            elements.Reverse();
            return elements;
        }
    }

    public Address Address => Root.Address;

    public ActorPath Child(string childName) => new ChildActorPath(this, childName);

    public static ActorPath operator /(ActorPath path, string name) => path.Child(name);

    public static bool operator ==(ActorPath? left, ActorPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    /// <summary>The path without the system's address: /user/a/b.</summary>
    public string ToStringWithoutAddress() => "/" + string.Join('/', Elements);

    public string ToStringWithAddress() => Address + ToStringWithoutAddress();

    public override string ToString() => ToStringWithAddress();

    public bool Equals(ActorPath? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    public override int GetHashCode()
    {
        uint hash = 2166136261;
        foreach (char c in ToString())
            hash = (hash ^ c) * 16777619;
        return (int)hash;
    }

    public int CompareTo(ActorPath? other) => string.CompareOrdinal(ToString(), other?.ToString());

    /// <summary>Whether a name may stand in a path: ASCII letters, digits and a few signs, not starting with '$'.</summary>
    public static bool IsValidPathElement(string? name)
    {
        if (string.IsNullOrEmpty(name) || name[0] == '$')
            return false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (char.IsAsciiLetterOrDigit(c) || SpecialCharacters.Contains(c, StringComparison.Ordinal))
                continue;
            if (c == '%' && i + 2 < name.Length && char.IsAsciiHexDigit(name[i + 1]) && char.IsAsciiHexDigit(name[i + 2]))
            {
                i += 2;
                continue;
            }
            return false;
        }
        return true;
    }

    /// <summary>Reads <c>akka://system/user/a</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ActorPath? path)
    {
        path = null;
        int scheme = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (text is null || scheme <= 0)
            return false;
        string[] parts = text[(scheme + 3)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
            return false;
        path = new RootActorPath(new Address(text[..scheme], parts[0]));
        for (int i = 1; i < parts.Length; i++)
            path = path.Child(parts[i]);
        return true;
    }

    public static ActorPath Parse(string text) =>
        TryParse(text, out ActorPath? path) ? path : throw new UriFormatException($"Can not parse an ActorPath: {text}");
}

/// <summary>The root of a system's tree.</summary>
public sealed class RootActorPath(Address address, string name = "") : ActorPath
{
    public new Address Address => address;

    public override ActorPath Parent => this;

    public override RootActorPath Root => this;

    public override string Name => name;
}

/// <summary>A path below the root.</summary>
public sealed class ChildActorPath(ActorPath parent, string name) : ActorPath
{
    public override ActorPath Parent => parent;

    public override RootActorPath Root => parent.Root;

    public override string Name => name;
}
