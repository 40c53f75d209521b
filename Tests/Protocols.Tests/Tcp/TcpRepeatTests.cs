// The same seed gives the same conversation, byte for byte and at the same times.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpRepeatTests
{
    [Fact]
    public void A_conversation_is_the_same_twice()
    {
        static string Run()
        {
            var wire = new VirtualWire(99) { Loss = 0.05, Reorder = 0.1 };
            ulong hash = 14695981039346656037;
            wire.Filter = (_, skb) =>
            {
                foreach (byte x in skb.Data) hash = (hash ^ x) * 1099511628211;
                hash = (hash ^ (ulong)wire.Now.Nanoseconds) * 1099511628211;
                return true;
            };
            TcpSock listener = wire.B.Listen(80, wire.Now);
            TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
            TcpSock? server = null;
            byte[] b = new byte[10_000];
            wire.Run(
                () =>
                {
                    if (server is null) listener.TryAccept(out server);
                    if (client.State.CanSend()) client.Send(b, null, MsgFlags.None, wire.Now);
                    server?.Recv(b, MsgFlags.None, wire.Now, out _, out _);
                    wire.Pump();
                    return false;
                },
                Duration.FromSeconds(5));
            wire.Audit();
            return $"{hash:x16}";
        }

        Assert.Equal(Run(), Run());
    }
}
