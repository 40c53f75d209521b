// Unsent data cut anew for a smaller MSS: tcp_fragment, tso_fragment (net/ipv4/tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Cuts an unsent segment that became too long for the MSS; the rest joins the next of its run if that has room.</summary>
    private void FragmentUnsent(SkBuff skb, int length)
    {
        int rest = skb.Length - length;
        SkBuff? next = skb.Next;
        ReadOnlySpan<byte> tail = skb.Data[length..];
        if (next is { Tcp.Continues: true } && next.Head.Length >= next.Length + rest)
        {
            PrependBytes(next, tail);
            next.Tcp.Seq -= (uint)rest;
        }
        else
        {
            SkBuff part = Net.Pool.Alloc(Math.Max(rest, 1));
            part.Put(tail);
            part.Tcp.Seq = skb.Tcp.Seq + (uint)length;
            part.Tcp.EndSeq = skb.Tcp.EndSeq;
            part.Tcp.Flags = skb.Tcp.Flags;
            part.Tcp.Eor = skb.Tcp.Eor;
            part.Tcp.Continues = true;
            skb.Tcp.Eor = false;
            _writeQueue.InsertAfter(skb, part);
        }

        skb.Tcp.Flags &= unchecked((byte)~(TcpFlags.FIN | TcpFlags.PSH));
        skb.Trim(length);
        skb.Tcp.EndSeq = skb.Tcp.Seq + (uint)length;
    }

    private static void PrependBytes(SkBuff skb, ReadOnlySpan<byte> bytes)
    {
        int length = skb.Length, n = bytes.Length;
        if (skb.Headroom < n)
        {
            // Shift to the end of the buffer: memory in one segment only.
            int shift = skb.Tailroom;
            skb.Put(shift);
            skb.Data[..length].CopyTo(skb.Data[shift..]);
            skb.Pull(shift);
        }

        bytes.CopyTo(skb.Push(n));
    }
}
