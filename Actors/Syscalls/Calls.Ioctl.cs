// ioctl(2) (fs/ioctl.c, sock_ioctl in net/socket.c).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>ioctl(2): 0; SIOCGSKNS a descriptor.</summary>
    public sealed class Ioctl() : Syscall(SyscallNr.ioctl)
    {
        public IoctlCmd Cmd { get; set; }

        /// <summary>What the third argument points to, in the kernel's layout: an int, struct ifreq, struct ifconf. Empty for the null pointer.</summary>
        public Memory<byte> Argument { get; set; }

        /// <summary>SIOCGIFCONF: what ifc_buf points to; null for the null pointer.</summary>
        public Memory<byte>? Pointed { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Ioctl(this);

        internal override void OnSocket(SockActor socket) => socket.Answer(this, socket.Sk.Ioctl(Cmd, Argument.Span, socket.Now));

        internal override void OnInterrupt(ProcessActor process)
        {
            // a socket or a device answers it without waiting
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)Cmd, Argument.Length, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Argument = default;
            Pointed = null;
        }
    }
}
