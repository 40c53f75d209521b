// MSG_ZEROCOPY with several calls at work on one socket: what threads of a program have on Linux 6.18, over the loopback, is told here call by call.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class ZerocopyTests
{
    private const MsgFlags Zerocopy = MsgFlags.ZEROCOPY;

    [Fact]
    public void Two_calls_that_wait_are_told_as_one_if_half_a_megabyte_holds_both()
    {
        using var s = new Writers();
        s.Begin(200_000, Zerocopy);
        s.Begin(200_000, Zerocopy);
        Assert.Equal([], s.Notes);
        s.Drain();
        Assert.Equal([(0u, 1u)], s.Notes);
        Assert.Equal([200_000, 200_000], s.Results);
    }

    [Fact]
    public void More_than_that_is_told_apart()
    {
        using var s = new Writers();
        s.Begin(300_000, Zerocopy);
        s.Begin(300_000, Zerocopy);
        s.Drain();
        Assert.Equal([(0u, 0u), (1u, 1u)], s.Notes);
        Assert.Equal([300_000, 300_000], s.Results);
    }

    [Fact]
    public void A_call_that_is_done_is_told_before_one_that_began_earlier_and_still_waits()
    {
        using var s = new Writers();
        s.Begin(100_000, Zerocopy);
        s.Begin(1000, MsgFlags.None, waits: false);
        s.Begin(1000, Zerocopy, waits: false);
        s.Drain();
        Assert.Equal([(1u, 1u), (0u, 0u)], s.Notes);
    }

    [Fact]
    public void A_call_that_sent_nothing_gives_its_number_back()
    {
        using var s = new Writers();
        s.Begin(100_000, Zerocopy);
        s.GiveUp(0);
        Assert.Equal(Errno.EAGAIN, s.Try(100, Zerocopy | MsgFlags.DONTWAIT).Errno); // no room
        s.Drain();
        Assert.Equal(100, s.Try(100, Zerocopy | MsgFlags.DONTWAIT).Value);
        s.Drain();
        Assert.Equal([(0u, 0u), (1u, 1u)], s.Notes);
    }

    /// <summary>A connected socket with a small send buffer, a peer that acknowledges when it is told to, and calls that go on when there is room.</summary>
    private sealed class Writers : IDisposable
    {
        private readonly TcpScript _s = TcpScript.Accepted(window: "8000");
        private readonly List<SendProgress> _calls = [];
        private readonly List<bool> _over = [];
        private SocketState _state = SocketState.CONNECTED;
        private uint _acked = 1;

        public Writers()
        {
            _s.Set(SockOpt.SO_SNDBUF, 20_000);
            Assert.Equal(Errno.OK, _s.Set(SockOpt.SO_ZEROCOPY, 1));
        }

        public List<(uint Low, uint High)> Notes { get; } = [];

        public List<int> Results { get; } = [];

        public void Begin(int bytes, MsgFlags flags, bool waits = true)
        {
            _calls.Add(new SendProgress { Data = new byte[bytes], Flags = flags });
            _over.Add(false);
            if (!waits) _s.Set(SockOpt.SO_SNDBUF, 200_000); // room for this one
            Step(_calls.Count - 1);
            Assert.NotEqual(waits, _over[^1]);
        }

        public SysResult Try(int bytes, MsgFlags flags)
        {
            var call = new SendProgress { Data = new byte[bytes], Flags = flags };
            _s.Sock.BeginZerocopy(ref call);
            CallStep step = StreamCalls.Send(_s.Sock, ref _state, ref call, true, true, _s.Now)!.Value;
            _s.Pump();
            return step.Next == CallNext.WaitToWrite ? step.IfNot : step.Result;
        }

        public void GiveUp(int index)
        {
            SendProgress call = _calls[index];
            StreamCalls.GaveUp(_s.Sock, ref call);
            _over[index] = true;
        }

        /// <summary>Everything that is sent is acknowledged, and every call goes on in its turn.</summary>
        public void Drain()
        {
            do
            {
                while (Ack())
                    for (int i = 0; i < _calls.Count; i++)
                        if (!_over[i]) Step(i);
            }
            while (_over.Contains(false) && _s.Sock.Outq > 0);
            ReadNotes();
        }

        public void Dispose() => _s.Dispose();

        private void Step(int index)
        {
            SendProgress call = _calls[index];
            if ((call.Flags & Zerocopy) != 0) _s.Sock.BeginZerocopy(ref call);
            CallStep step = StreamCalls.Send(_s.Sock, ref _state, ref call, false, true, _s.Now)!.Value;
            _calls[index] = call;
            _s.Pump();
            if (step.Next == CallNext.WaitToWrite) return;
            _over[index] = true;
            Results.Add((int)step.Result.Value);
        }

        private bool Ack()
        {
            uint end = _acked;
            while (_s.TryNextEnd(out uint sent)) end = Math.Max(end, sent);
            if (end == _acked) return false;
            _acked = end;
            _s.Inject($". 1:1(0) ack {_acked} win 8000");
            ReadNotes();
            return true;
        }

        private void ReadNotes()
        {
            Notes.AddRange(_s.TakeZerocopy());
        }
    }
}
