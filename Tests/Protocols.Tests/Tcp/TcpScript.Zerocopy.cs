// What tests of MSG_ZEROCOPY ask of a script: how far the machine has sent, and which calls it has told of.

namespace ActorNet.Protocols.Tests.Tcp;

internal sealed partial class TcpScript
{
    /// <summary>Takes the next packet; gives where its data ends.</summary>
    public bool TryNextEnd(out uint end)
    {
        end = 0;
        if (!_out.TryDequeue(out (Instant At, SkBuff Skb) p)) return false;
        var th = new TcpHeader(p.Skb.Data);
        end = th.Seq.Value - _isn + (uint)(p.Skb.Length - th.Length);
        p.Skb.Free();
        return true;
    }

    /// <summary>The notifications on the error queue: first and last call of each.</summary>
    public List<(uint Low, uint High)> TakeZerocopy()
    {
        List<(uint Low, uint High)> notes = [];
        byte[] control = new byte[256];
        while (true)
        {
            var cmsg = new CmsgWriter(control);
            if (!Sock.Recv([], ref cmsg, MsgFlags.ERRQUEUE, Now, out _, out _).IsOk) return notes;
            // struct sock_extended_err behind the header of the first message: ee_info, ee_data.
            notes.Add((BinaryPrimitives.ReadUInt32LittleEndian(control.AsSpan(24)), BinaryPrimitives.ReadUInt32LittleEndian(control.AsSpan(28))));
        }
    }
}
