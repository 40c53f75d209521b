// A message of the language as a program of ActorNet has it.

namespace ActorNet.Packetdrill;

/// <summary>Between <see cref="MessageHeader"/> and <see cref="MsgHdr"/>.</summary>
internal static class HostMessage
{
    public static MsgHdr ToSend(MessageHeader m) => new(Pieces(m, m.IovCount))
    {
        Name = m.Name.IsNull ? default(SockAddr?) : SockAddrs.ToHost(m.Name, m.NameLength),
        Control = m.Control.IsNull ? default : m.Control.Bytes.AsMemory(0, m.ControlLength),
    };

    public static MsgHdr ToReceive(MessageHeader m) => new(Pieces(m, m.IovCount)) { Control = m.Control.IsNull ? default : m.Control.Bytes.AsMemory(0, m.ControlLength) };

    /// <summary>What was received, as the kernel would have written it.</summary>
    public static void Give(MsgHdr from, MessageHeader to)
    {
        to.ControlLength = from.ControlLength;
        to.Flags = (int)from.Flags;
        if (from.Name is not { } name || name == default)
        {
            to.NameLength = 0; // a connected stream names nobody
            return;
        }

        UserMemory length = UserMemory.OfInt(to.NameLength);
        SockAddrs.Give(name, to.Name, length);
        if (!to.Name.IsNull) to.NameLength = length.Int;
    }

    /// <summary>The pieces; of a count beyond them, empty ones.</summary>
    public static Memory<byte>[] Pieces(MessageHeader m, int count)
    {
        if (count < 0) throw new NotSayableException($"{count} pieces");
        var pieces = new Memory<byte>[count];
        for (int i = 0; i < Math.Min(count, m.Iov.Count); i++) pieces[i] = m.Iov[i].Bytes;
        return pieces;
    }
}
