// seq_file (fs/seq_file.c): a file made of records. A read gives whole records while they fit in a page, and goes on where the last one stopped; what it
// shows is taken when it begins at the start.

using System.Text;

namespace ActorNet.Actors;

/// <summary>An open file of /proc/net.</summary>
/// <param name="records">Makes the records, line ends included.</param>
internal sealed class SeqFile(FileFlags flags, Func<Instant, IEnumerable<string>> records) : ProcFile(flags)
{
    private const int PageSize = 4096;
    private IEnumerator<string>? _records;
    private byte[] _buffer = new byte[PageSize];
    private byte[]? _next;
    private int _from, _count;

    public override SysResult Read(Span<byte> to, Instant now)
    {
        if (Position == 0 || _records is null) Begin(now);
        int copied = Copy(to);
        if (_count == 0 && copied < to.Length)
        {
            Fill(to.Length - copied);
            copied += Copy(to[copied..]);
        }

        Position += copied;
        return copied;
    }

    /// <summary>seq_lseek: to a place from the start or from here, found by reading up to it; there is no end to count from.</summary>
    public override SysResult Seek(long offset, int whence, Instant now)
    {
        if (whence == 1) offset += Position;
        else if (whence != 0) return Errno.EINVAL;
        if (offset < 0) return Errno.EINVAL;
        if (offset == Position) return offset;
        Begin(now);
        long at = 0;
        while (at < offset && TryNext(out byte[]? record))
        {
            if (at + record.Length > offset)
            {
                Reserve(record.Length);
                record.CopyTo(_buffer, 0);
                (_from, _count) = ((int)(offset - at), record.Length - (int)(offset - at));
            }

            at += record.Length;
        }

        Position = offset;
        return offset;
    }

    public override void Released()
    {
        base.Released();
        _records?.Dispose();
    }

    private void Begin(Instant now)
    {
        _records?.Dispose();
        // Of one moment: what others do between two reads does not show.
        _records = records(now).ToList().GetEnumerator();
        _next = null;
        (_from, _count) = (0, 0);
    }

    // The first record whatever its length; more of them until the reader has enough or the page is full.
    private void Fill(int wanted)
    {
        _from = 0;
        if (!TryNext(out byte[]? record)) return;
        Reserve(record.Length);
        record.CopyTo(_buffer, 0);
        _count = record.Length;
        while (_count < wanted && TryNext(out record))
        {
            if (_count + record.Length >= _buffer.Length)
            {
                _next = record;
                return;
            }

            record.CopyTo(_buffer, _count);
            _count += record.Length;
        }
    }

    private bool TryNext([NotNullWhen(true)] out byte[]? record)
    {
        record = _next;
        _next = null;
        while (record is null && _records!.MoveNext())
        {
            if (_records.Current.Length > 0) record = Encoding.Latin1.GetBytes(_records.Current);
        }

        return record is not null;
    }

    private void Reserve(int length)
    {
        int size = _buffer.Length;
        while (length >= size) size *= 2;
        if (size > _buffer.Length) _buffer = new byte[size];
    }

    private int Copy(Span<byte> to)
    {
        int n = Math.Min(_count, to.Length);
        _buffer.AsSpan(_from, n).CopyTo(to);
        _from += n;
        _count -= n;
        return n;
    }
}
