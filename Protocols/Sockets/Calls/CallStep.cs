// How far a system call on a socket has come: what the socket layer's logic (net/socket.c, af_inet.c, the parts of tcp.c that wait) says to whoever drives
// the socket. The logic never waits: it says that the call has to, for what and for how long, and is asked again.

namespace ActorNet.Protocols;

/// <summary>What has to happen with a call next.</summary>
public enum CallNext : byte
{
    /// <summary>It is answered with <see cref="CallStep.Result"/>.</summary>
    Answer,

    /// <summary>It ends with the errno in <see cref="CallStep.Result"/>; bytes that it moved before count as success.</summary>
    Fail,

    /// <summary>It waits for something to read, or to accept.</summary>
    WaitToRead,

    /// <summary>It waits for room, a connection, or the end of one.</summary>
    WaitToWrite,
}

/// <summary>A call's next step.</summary>
/// <param name="Timeout">Of a wait: how long at most (SO_RCVTIMEO, SO_SNDTIMEO, SO_LINGER); zero: not at all.</param>
/// <param name="IfNot">Of a wait: the errno of a call that may not wait.</param>
public readonly record struct CallStep(CallNext Next, SysResult Result, Duration Timeout = default, Errno IfNot = Errno.EAGAIN)
{
    /// <summary>What wakes a reader, and a writer.</summary>
    public const PollEvents Readable = PollEvents.IN | PollEvents.RDNORM | PollEvents.PRI | PollEvents.RDHUP | PollEvents.HUP | PollEvents.ERR;

    /// <inheritdoc cref="Readable"/>
    public const PollEvents Writable = PollEvents.OUT | PollEvents.WRNORM | PollEvents.HUP | PollEvents.ERR;

    public static CallStep Answer(SysResult result) => new(CallNext.Answer, result);

    public static CallStep Fail(Errno errno) => new(CallNext.Fail, errno);

    public static CallStep ToRead(Duration timeout) => new(CallNext.WaitToRead, default, timeout);

    public static CallStep ToWrite(Duration timeout, Errno ifNot) => new(CallNext.WaitToWrite, default, timeout, ifNot);
}

/// <summary>SS_* of net.h: what the socket's face knows of its connection.</summary>
public enum SocketState : byte { FREE, UNCONNECTED, CONNECTING, CONNECTED, DISCONNECTING }
