// A process gets files without a name: the file system makes their actors, the descriptors are taken afterwards (fd_install).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void New(Syscall.NewFile call)
    {
        Errno e = call.Check();
        if (e != Errno.OK) Finish(call, e);
        else _stack.Netns.Host.Files.Tell(call, _self);
    }

    private void Install(Syscall.NewFile call)
    {
        ActorFile[] files = call.Made!;
        bool closeOnExec = (call.Flags & FileFlags.CLOEXEC) != 0;
        int first = _exited ? -1 : _files.Reserve(closeOnExec);
        int second = first < 0 || files.Length == 1 ? -1 : _files.Reserve(closeOnExec);
        if (first < 0 || (files.Length == 2 && second < 0))
        {
            if (first >= 0) _files.Remove(first);
            foreach (ActorFile file in files) Release(file);
            Finish(call, _exited ? Errno.EINTR : Errno.EMFILE);
            return;
        }

        _files.Install(first, files[0]);
        if (files.Length == 2) _files.Install(second, files[1]);
        (call.First, call.Second) = (first, second);
        Finish(call, files.Length == 2 ? 0 : first);
    }
}
