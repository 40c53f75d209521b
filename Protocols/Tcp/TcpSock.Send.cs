// send(2): from the user's bytes to segments (tcp_sendmsg, tcp_push, tcp_skb_entail; net/ipv4/tcp.c). RFC 9293 3.10.2, 3.9.1.2.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Bytes in the last run of segments (<see cref="TcpControl.Continues"/>): what the kernel's last packet in the write queue holds.</summary>
    private int _tailRun;

    /// <inheritdoc/>
    public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now)
    {
        _ = to; // sendto(2) on a connected stream ignores the address
        _mstamp = now;
        uint stamps = 0;
        if (!control.IsEmpty && ReadControl(control, out stamps) is var bad and not Errno.OK) return bad;
        if (!_state.CanSend() && FastOpenRequest is null)
        {
            // sk_stream_wait_connect: not connecting means a broken pipe, whatever the reason.
            if (Err != Errno.OK) return TakeError();
            if (_state is not (TcpState.SYN_SENT or TcpState.SYN_RECV) || (_shutdown & SendShutdown) != 0) return Errno.EPIPE;
            if ((flags & MsgFlags.DONTWAIT) == 0) Set(TcpSockFlags.WritePending);
            return Errno.EAGAIN;
        }

        if (_flow is { SendWaits: true } waited) waited.SendWaits = false; // this is the call that waited, not another write
        else CheckAppLimited();
        if (Err != Errno.OK) return TakeError();
        if ((_shutdown & SendShutdown) != 0) return Errno.EPIPE;
        SlowStartAfterIdleIfNew();
        // Urgent data goes in single segments, and nothing of it before all is there.
        bool urgent = (flags & MsgFlags.OOB) != 0;
        int mss = CurrentMss(), goal = urgent ? mss : SizeGoal(mss), copied = 0;
        TcpZerocopy? zerocopy = ZerocopyOf(flags, data.Length);
        while (copied < data.Length)
        {
            // The last packet may grow to the goal without asking for memory; what of it has been sent meanwhile does not count.
            int run = Math.Min(_tailRun, _snd.WriteSeq - _snd.SndNxt);
            bool goesOn = run > 0 && run < goal && _writeQueue.Tail is { Tcp.Eor: false } t && (t.Tcp.Flags & (byte)(TcpFlags.FIN | TcpFlags.SYN)) == 0;
            if (!goesOn)
            {
                if (_wmemQueued >= Sndbuf || NotsentFull)
                {
                    NoRoom(copied, flags, mss);
                    // What was pushed may have gone at once; the memory is freed only by ACKs.
                    break;
                }

                if (!ScheduleSegment())
                {
                    NoRoom(copied, flags, mss);
                    WaitForMemory();
                    break;
                }

                run = 0;
            }

            int most = Math.Min(goal - run, data.Length - copied);
            if (!goesOn) _user?.Zerocopy?.NewRun();
            if (zerocopy is not null)
            {
                most = Math.Min(most, zerocopy.Fits(copied, data.Length - copied));
                if (most == 0)
                {
                    MarkPush(_writeQueue.Tail!); // as many pieces as a packet may have, or one of another notification: the next begins
                    _tailRun = 0;
                    continue;
                }
            }

            int n = ScheduleCopy(most, goesOn ? 0 : SegmentCharge);
            if (n <= 0)
            {
                NoRoom(copied, flags, mss);
                WaitForMemory();
                break;
            }

            zerocopy?.Take(copied, n);
            AppendRun(data.Slice(copied, n), mss, goesOn, keepPush: copied > 0);
            copied += n;
            _tailRun = run + n;
            if (copied == data.Length || _tailRun < goal || urgent) continue;
            if (ForcedPush)
            {
                MarkPush(_writeQueue.Tail!);
                PushPending(mss, NaglePush);
            }
            else if (_snd.WriteSeq - _snd.SndNxt == _tailRun)
            {
                WriteXmit(mss, NaglePush, PushOne);
            }
        }

        zerocopy?.Commit(copied, _snd.WriteSeq);
        if (copied == 0 && !data.IsEmpty) return Errno.EAGAIN;
        if (copied > 0)
        {
            if ((flags & MsgFlags.EOR) != 0 && _writeQueue.Tail is { } last) last.Tcp.Eor = true;
            if ((Timestamping & SofTxRecord) != 0 || stamps != 0) StampTail(stamps);
            Push(flags, mss, _nonagle);
        }

        CheckInvariants();
        return copied;
    }

    // wait_for_space of tcp_sendmsg_locked: what is there goes, and the writer is told when there is room.
    private void NoRoom(int copied, MsgFlags flags, int mss)
    {
        Set(TcpSockFlags.NoSpace);
        Flow.SendWaits = (flags & MsgFlags.DONTWAIT) == 0 && Sndtimeo != Duration.Zero;
        if (copied > 0) Push(flags & ~MsgFlags.MORE, mss, NaglePush);
    }

    // tcp_skb_entail's check: the first write after everything was sent.
    private void SlowStartAfterIdleIfNew()
    {
        if (_writeQueue.IsEmpty) SlowStartAfterIdleCheck();
    }

    /// <summary>tcp_notsent_lowat: the socket's own, or the namespace's.</summary>
    private uint NotsentLowat => _user is { NotsentLowat: > 0 } u ? u.NotsentLowat : (uint)Sysctl.tcp_notsent_lowat;

    private bool NotsentFull => NotsentLowat != uint.MaxValue && (uint)(_snd.WriteSeq - _snd.SndNxt) >= NotsentLowat;

    // Adds to the last run, segment by segment.
    private void AppendRun(ReadOnlySpan<byte> data, int mss, bool goesOn, bool keepPush)
    {
        // A mark that this call set belongs to the packet, so it moves to its new end; one of an earlier call is taken back.
        bool push = false;
        if (goesOn)
        {
            SkBuff tail = _writeQueue.Tail!;
            push = keepPush && (tail.Tcp.Flags & (byte)TcpFlags.PSH) != 0;
            tail.Tcp.Flags &= unchecked((byte)~TcpFlags.PSH);
        }

        while (!data.IsEmpty)
        {
            int room = goesOn ? mss - _writeQueue.Tail!.Length : 0;
            if (room <= 0)
            {
                NewSegment(mss, data.Length, goesOn);
                room = mss;
                goesOn = true;
            }

            int n = Math.Min(room, data.Length);
            Append(data[..n]);
            data = data[n..];
        }

        if (push) _writeQueue.Tail!.Tcp.Flags |= (byte)TcpFlags.PSH;
    }

    private void NewSegment(int mss, int wanted, bool goesOn)
    {
        SkBuff skb = Net.Pool.Alloc(Math.Min(mss, Math.Max(wanted, 256)));
        skb.Tcp.Seq = skb.Tcp.EndSeq = _snd.WriteSeq.Value;
        skb.Tcp.Flags = (byte)TcpFlags.ACK;
        skb.Tcp.Continues = goesOn;
        if (_writeQueue.IsEmpty) Flow.ChronoStart(TcpChrono.Busy, _mstamp);
        _writeQueue.Append(skb);
        if (!goesOn) WmemCharge(SegmentCharge);
        _nonagle &= unchecked((byte)~NaglePush);
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        SkBuff skb = _writeQueue.Tail!;
        if (skb.Tailroom < data.Length)
        {
            // A segment that began small grows: a larger buffer takes its place.
            SkBuff larger = Net.Pool.Alloc(Math.Max(skb.Length + data.Length, Math.Min((int)_mssCache, 66_000)));
            larger.Put(skb.Data);
            larger.Tcp = skb.Tcp;
            _writeQueue.Remove(skb);
            _writeQueue.Append(larger);
            skb.Free();
            skb = larger;
        }

        skb.Put(data);
        WmemCharge(data.Length);
        skb.Tcp.EndSeq += (uint)data.Length;
        _snd.WriteSeq += data.Length;
    }

    /// <summary>forced_push: at least every half of the peer's window something is marked for delivery.</summary>
    private bool ForcedPush => _snd.WriteSeq > _snd.PushedSeq + (_snd.MaxWindow >> 1);

    private void MarkPush(SkBuff skb)
    {
        skb.Tcp.Flags |= (byte)TcpFlags.PSH;
        _snd.PushedSeq = _snd.WriteSeq;
    }

    /// <summary>tcp_push.</summary>
    private void Push(MsgFlags flags, int mss, byte nonagle)
    {
        if (_writeQueue.Tail is not { } tail) return;
        bool more = (flags & MsgFlags.MORE) != 0;
        if (!more || ForcedPush) MarkPush(tail);
        if ((flags & MsgFlags.OOB) != 0)
        {
            // tcp_mark_urg: the last byte so far, though more of the call may have to wait.
            _urgent ??= new TcpUrgent();
            _urgent.SndUp = _snd.WriteSeq;
            _urgent.SndMode = true;
        }

        PushPending(mss, more ? NagleCork : nonagle);
    }
}
