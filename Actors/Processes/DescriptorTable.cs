// struct fdtable (fs/file.c): the lowest free number first, up to RLIMIT_NOFILE.

namespace ActorNet.Actors;

/// <summary>A process's descriptors.</summary>
internal sealed class DescriptorTable(int limit)
{
    private OpenFile?[] _files = new OpenFile?[8];
    private bool[] _taken = new bool[8];
    private bool[] _closeOnExec = new bool[8];
    private int _lowest;

    /// <summary>RLIMIT_NOFILE: one more than the highest number.</summary>
    public int Limit { get; set; } = limit;

    /// <summary>Descriptors in use, reserved ones included.</summary>
    public int Open { get; private set; }

    /// <summary>Numbers ever in use are below this.</summary>
    public int End => _files.Length;

    /// <summary>The file of a descriptor; null is EBADF. A reserved number has none yet.</summary>
    public OpenFile? this[int fd] => (uint)fd < (uint)_files.Length ? _files[fd] : null;

    /// <summary>Taken by a call that has not installed its file yet.</summary>
    public bool IsReserved(int fd) => (uint)fd < (uint)_taken.Length && _taken[fd] && _files[fd] is null;

    /// <summary>get_unused_fd_flags: takes the lowest free number at or above <paramref name="from"/>; -1 is EMFILE.</summary>
    public int Reserve(bool closeOnExec, int from = 0)
    {
        int fd = Math.Max(from, _lowest);
        if (fd < _taken.Length)
        {
            // A hole far below the end is common in a table of many: what lies between is passed over in large steps.
            int free = _taken.AsSpan(fd).IndexOf(false);
            fd = free < 0 ? _taken.Length : fd + free;
        }

        if (fd >= Limit) return -1;
        Take(fd, closeOnExec);
        if (from <= _lowest) _lowest = fd + 1;
        return fd;
    }

    /// <summary>fd_install.</summary>
    public void Install(int fd, OpenFile file)
    {
        _files[fd] = file;
        file.Refs++;
    }

    /// <summary>Takes a given number, which must be free (dup2).</summary>
    public void Take(int fd, bool closeOnExec)
    {
        if (fd >= _taken.Length)
        {
            int size = Math.Max(_taken.Length * 2, fd + 1);
            Array.Resize(ref _files, size);
            Array.Resize(ref _taken, size);
            Array.Resize(ref _closeOnExec, size);
        }

        _taken[fd] = true;
        _closeOnExec[fd] = closeOnExec;
        Open++;
    }

    /// <summary>Frees a number, installed or reserved; gives the file it had.</summary>
    public OpenFile? Remove(int fd)
    {
        if ((uint)fd >= (uint)_taken.Length || !_taken[fd]) return null;
        OpenFile? file = _files[fd];
        _files[fd] = null;
        _taken[fd] = false;
        Open--;
        if (fd < _lowest) _lowest = fd;
        return file;
    }

    /// <summary>dup_fd: a child's table, with a reference to each file. Numbers that are merely reserved are free in it.</summary>
    /// <param name="exec">Without what is close-on-exec.</param>
    public DescriptorTable Copy(bool exec)
    {
        var copy = new DescriptorTable(Limit);
        for (int fd = 0; fd < _files.Length; fd++)
        {
            if (_files[fd] is not { } file || (exec && _closeOnExec[fd])) continue;
            copy.Take(fd, _closeOnExec[fd]);
            copy.Install(fd, file);
        }

        return copy;
    }

    public bool CloseOnExec(int fd) => _closeOnExec[fd];

    public void SetCloseOnExec(int fd, bool on) => _closeOnExec[fd] = on;
}
