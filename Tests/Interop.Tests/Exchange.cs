// What the two ends tell each other: bytes that both can make, each end's hash of what it got.

using System.Security.Cryptography;

namespace ActorNet.Interop.Tests;

/// <summary>The content of one connection. Each end sends its part, closes its half and reads to the end.</summary>
public sealed class Exchange
{
    public Exchange(ulong seed, int toServer, int toClient)
    {
        ToServer = Content(seed, "to server", toServer);
        ToClient = Content(seed, "to client", toClient);
    }

    public byte[] ToServer { get; }

    public byte[] ToClient { get; }

    /// <summary>Says what is wrong with what an end got, or null.</summary>
    public static string? Compare(string who, byte[] expected, long length, byte[] hash) =>
        length != expected.Length ? $"{who} got {length} bytes of {expected.Length}"
        : !hash.AsSpan().SequenceEqual(SHA256.HashData(expected)) ? $"{who} got other bytes than were sent"
        : null;

    // Letters: a dissector that has lost its place takes them for no header.
    private static byte[] Content(ulong seed, string purpose, int length)
    {
        var random = new RandomStream(seed, "interop", purpose);
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)('a' + random.Below(16));
        return bytes;
    }
}
