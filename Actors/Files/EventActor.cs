// eventfd(2) (fs/eventfd.c): a 64-bit counter; read takes it (or one of it), write adds.

using System.Buffers.Binary;

namespace ActorNet.Actors;

/// <summary>An eventfd's file, with its counter: its actor's alone.</summary>
internal sealed class EventFile(FileFlags flags, ulong count, bool semaphore) : ActorFile(flags | FileFlags.RDWR)
{
    public override SysResult Seek(long offset, int whence, Instant now) => 0; // noop_llseek

    public ulong Count { get; set; } = count;

    /// <summary>EFD_SEMAPHORE: a read takes one.</summary>
    public bool IsSemaphore { get; } = semaphore;
}

/// <summary>Drives an eventfd.</summary>
internal sealed class EventActor(HostPlan host, FileLife life, EventFile file) : FileActor(host, life)
{
    private const int Size = sizeof(ulong);
    private readonly WaitQueue _wait = new();

    private PollEvents Poll =>
        (file.Count > 0 ? PollEvents.IN : 0) | (file.Count == ulong.MaxValue ? PollEvents.ERR : 0) | (file.Count < ulong.MaxValue - 1 ? PollEvents.OUT : 0);

    protected override void Handle(Syscall call)
    {
        switch (call)
        {
            case Syscall.RecvFrom read when read.Buffer.Length < Size: Answer(call, Errno.EINVAL); break;
            case Syscall.RecvFrom read: Read(read); break;
            case Syscall.SendTo write when write.Data.Length != Size: Answer(call, Errno.EINVAL); break;
            case Syscall.SendTo write: Write(write); break;
            case Syscall.Close:
                Answer(call, 0);
                End();
                return;
            default: Answer(call, Errno.EINVAL); break;
        }

        RunWaiting();
    }

    protected override void OnAsked(WaitEntry entry) => entry.OnAsked(Me, _wait, Poll);

    protected override void FreeWaiters() => _wait.Free(Me);

    private void Read(Syscall.RecvFrom call)
    {
        if (file.Count == 0)
        {
            Wait(Readers, call);
            return;
        }

        ulong value = file.IsSemaphore ? 1 : file.Count;
        BinaryPrimitives.WriteUInt64LittleEndian(call.Buffer.Span, value);
        file.Count -= value;
        _wait.Wake(Me, PollEvents.OUT, Poll);
        Answer(call, Size);
    }

    private void Write(Syscall.SendTo call)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(call.Data.Span);
        if (value == ulong.MaxValue)
        {
            Answer(call, Errno.EINVAL);
        }
        else if (ulong.MaxValue - file.Count > value)
        {
            file.Count += value;
            _wait.Wake(Me, PollEvents.IN, Poll);
            Answer(call, Size);
        }
        else
        {
            Wait(Writers, call);
        }
    }

    private void RunWaiting()
    {
        while (true)
        {
            if (file.Count > 0 && Readers.Dequeue() is Syscall.RecvFrom reader) Read(reader);
            else if (Writers.Head is Syscall.SendTo writer && ulong.MaxValue - file.Count > BinaryPrimitives.ReadUInt64LittleEndian(writer.Data.Span)) Write((Syscall.SendTo)Writers.Dequeue()!);
            else return;
        }
    }
}
