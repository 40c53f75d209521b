// What splice(2), tee(2) and sendfile(2) check before a file sees them (fs/splice.c: do_splice, do_tee; fs/read_write.c: do_sendfile).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void Splice(Syscall.Splice call)
    {
        Errno e = CheckSplice(call, out bool nothing);
        if (nothing || e != Errno.OK)
        {
            Finish(call, e);
            return;
        }

        OpenFile from = _files[call.Fd]!, to = _files[call.OutFd]!;
        call.IntoPipe = from is not PipeFile;
        (OpenFile home, OpenFile other) = call.IntoPipe ? (to, from) : (from, to);
        if (home.IsDead || other.IsDead)
        {
            Finish(call, Errno.EIO);
            return;
        }

        FileFlags flags = home.Flags | (other is PipeFile ? other.Flags : 0);
        call.NonBlocking = (call.Flags & Syscall.Splice.NONBLOCK) != 0 || (flags & FileFlags.NONBLOCK) != 0;
        call.File = home;
        call.Leader = home.Actor;
        call.Other = other;
        home.Refs++;
        other.Refs++;
        call.Leader!.Tell(call, _self);
    }

    // In the order in which Linux looks.
    private Errno CheckSplice(Syscall.Splice call, out bool nothing)
    {
        bool unknown = (call.Flags & ~Syscall.Splice.All) != 0;
        nothing = call.Length == 0 && call.Nr != SyscallNr.sendfile && !(call.IsTee && unknown);
        if (nothing) return Errno.OK;
        if (unknown) return Errno.EINVAL;
        if (_files[call.Fd] is not { } from || _files[call.OutFd] is not { } to || !from.MayRead || !to.MayWrite) return Errno.EBADF;
        bool pipeIn = from is PipeFile, pipeOut = to is PipeFile;
        if (call.Nr == SyscallNr.sendfile)
        {
            if (call.HasOffsetIn && from.Actor is not null) return Errno.ESPIPE;
            if (from is not Actors.Socket || !pipeOut) return Errno.EINVAL;
            nothing = call.Length == 0;
            return call.Length < 0 ? Errno.EINVAL : Errno.OK;
        }

        if (call.IsTee) return pipeIn && pipeOut && from.Actor != to.Actor ? Errno.OK : Errno.EINVAL;
        if (pipeIn && call.HasOffsetIn || pipeOut && call.HasOffsetOut) return Errno.ESPIPE;
        if (call.HasOffsetIn || call.HasOffsetOut) return Errno.EINVAL;
        if (pipeIn && pipeOut) return from.Actor == to.Actor ? Errno.EINVAL : Errno.OK;
        if (call.Length < 0) return Errno.EINVAL;
        if (!(pipeIn && to is Actors.Socket) && !(pipeOut && from is Actors.Socket)) return Errno.EINVAL;
        return pipeIn && (to.Flags & FileFlags.APPEND) != 0 ? Errno.EINVAL : Errno.OK;
    }
}
