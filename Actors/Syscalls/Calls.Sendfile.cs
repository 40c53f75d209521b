// sendfile(2) from a regular file: a write of what is in it (fs/read_write.c: do_sendfile; fs/splice.c: splice_to_socket).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>Sends bytes of a file: how many were taken. <see cref="Syscall.Fd"/> is where they go.</summary>
    internal sealed class Sendfile : SendTo
    {
        private readonly HostFile _from;
        private readonly bool _moves;

        /// <param name="offset">Null: from the file's position, which moves on.</param>
        public Sendfile(HostFile from, long? offset, long length)
            : base(SyscallNr.sendfile)
        {
            _from = from;
            _moves = offset is null;
            Data = from.From(offset ?? from.Position, length);
        }

        internal override void OnComplete(ProcessActor process)
        {
            base.OnComplete(process);
            if (_moves && Result.IsOk) _from.Position += Result.Value;
        }
    }
}
