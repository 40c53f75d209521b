// kill_fasync of a pipe (fs/pipe.c, fs/splice.c): the owner of an end hears by signal what the other end did. Unlike a wake-up it asks for no change: every
// write tells the reader's owner, every read the writer's.

namespace ActorNet.Actors;

internal sealed partial class PipeActor
{
    // The ends that have an owner.
    private OpenFile? _ownedReader, _ownedWriter;

    protected override void OnOwned(OpenFile file)
    {
        if (file.MayWrite) _ownedWriter = file;
        else _ownedReader = file;
    }

    private void SignalReader()
    {
        if (_ownedReader is { Owner: { } owner } file && (file.Flags & FileFlags.ASYNC) != 0) owner.SendSigio(SigInfo.POLL_IN, CanRead);
    }

    private void SignalWriter()
    {
        if (_ownedWriter is { Owner: { } owner } file && (file.Flags & FileFlags.ASYNC) != 0) owner.SendSigio(SigInfo.POLL_OUT, CanWrite | PollEvents.WRBAND);
    }

    // An end is closed: it has nobody to tell any more.
    private void Disown(bool writes)
    {
        if (writes) _ownedWriter = null;
        else _ownedReader = null;
    }
}
