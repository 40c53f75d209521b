// What the realtime loop sleeps on: until a time has come, or something has arrived from outside. On Linux ppoll(2) on an eventfd(2), since what .NET
// offers is no finer than a millisecond and a frame takes less; elsewhere an event.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Engine.Hosts;

/// <summary>Set by any thread, waited for by one.</summary>
internal sealed partial class Arrival
{
    private const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800, PR_SET_TIMERSLACK = 29;
    private const short POLLIN = 1;

    private readonly SafeFileHandle? _event = OperatingSystem.IsLinux() ? OpenEvent() : null;
    private readonly ManualResetEventSlim _fallback = new(false);
    private int _isSet, _sleeps;
    private bool _isExact;

    public bool IsSet => Volatile.Read(ref _isSet) != 0;

    /// <summary>Waits up to so many ns are better spun: a millisecond's sleep would overshoot by more.</summary>
    public long SpinBelow => _event is null ? 200_000 : 20_000;

    /// <summary>How much before its time a sleep should end, ns.</summary>
    public long Early => _event is null ? 0 : 10_000;

    public void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) != 0) return;
        if (_event is null) _fallback.Set();
        else if (Volatile.Read(ref _sleeps) != 0) Write(_event);
    }

    public void Reset()
    {
        _fallback.Reset();
        Interlocked.Exchange(ref _isSet, 0);
    }

    /// <summary>Waits for as long as this, or until it is set; may end sooner.</summary>
    /// <param name="nanos">More than 0.</param>
    public void Wait(long nanos)
    {
        if (_event is null)
        {
            _fallback.Wait((int)Math.Clamp(nanos / 1_000_000, 1, 1000));
            return;
        }

        Interlocked.Exchange(ref _sleeps, 1);
        if (!IsSet) Sleep(_event, nanos); // whoever sets it from now on sees that somebody sleeps
        Interlocked.Exchange(ref _sleeps, 0);
    }

    private unsafe void Sleep(SafeFileHandle handle, long nanos)
    {
        if (!_isExact)
        {
            _isExact = true;
            _ = prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); // the thread's timers are not put off to suit others'
        }

        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int fd = (int)handle.DangerousGetHandle();
            var poll = new PollFd { Fd = fd, Events = POLLIN };
            var time = new TimeSpec { Seconds = (nint)(nanos / 1_000_000_000), Nanos = (nint)(nanos % 1_000_000_000) };
            ulong count = 0;
            if (ppoll(&poll, 1, &time, null) > 0) _ = read(fd, (byte*)&count, sizeof(ulong));
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private static unsafe void Write(SafeFileHandle handle)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            ulong one = 1;
            _ = write((int)handle.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private static SafeFileHandle? OpenEvent()
    {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc")]
    private static unsafe partial int ppoll(PollFd* fds, nuint count, TimeSpec* timeout, void* signals);

    [LibraryImport("libc")]
    private static unsafe partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc")]
    private static unsafe partial nint write(int fd, byte* buffer, nint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events, Revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds, Nanos;
    }
}
