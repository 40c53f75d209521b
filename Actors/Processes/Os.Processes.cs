// Processes as a program knows them: fork(2), posix_spawn(3), wait4(2), exit(2).

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Fork> _forks = new();
    private readonly FreeList<Syscall.Wait4> _wait4s = new();
    private readonly FreeList<Syscall.Exit> _exits = new();

    /// <summary>getppid(2): 0 for a process that its host started.</summary>
    public int ParentPid => _process.ParentPid;

    /// <summary>fork(2): a child that runs <paramref name="child"/> with all of this process's descriptors.</summary>
    public ValueTask<int> Fork(Func<Os, Task> child) => Int(ForkCall(null, child, exec: false));

    /// <summary>fork and execve: a child of another name; descriptors that are close-on-exec stay behind.</summary>
    public ValueTask<int> PosixSpawn(string name, Func<Os, Task> program) => Int(ForkCall(name, program, exec: true));

    /// <summary>wait4(2): a child that has ended, and its status (the exit code shifted by 8, or the number of the signal that ended it).</summary>
    /// <param name="pid">-1 for any.</param>
    /// <param name="noHang">WNOHANG: pid 0 when none has ended.</param>
    public ValueTask<(int Pid, int Status)> Wait(int pid = -1, bool noHang = false)
    {
        Syscall.Wait4 call = WaitCall(pid, noHang);
        _process.Enter(call);
        return new ValueTask<(int Pid, int Status)>(call, call.Version);
    }

    public ValueTask<SysResult> TryWait(int pid = -1, bool noHang = false) => Try(WaitCall(pid, noHang));

    /// <summary>exit(3): ends this process; what awaits it ends with an OperationCanceledException.</summary>
    public ValueTask Exit(int code)
    {
        Syscall.Exit call = _exits.Rent();
        call.Code = code;
        return Void(call);
    }

    private Syscall.Fork ForkCall(string? name, Func<Os, Task> main, bool exec)
    {
        Syscall.Fork call = _forks.Rent();
        (call.Name, call.Main, call.Exec) = (name, main, exec);
        return call;
    }

    private Syscall.Wait4 WaitCall(int pid, bool noHang)
    {
        Syscall.Wait4 call = _wait4s.Rent();
        (call.Pid, call.Options) = (pid, noHang ? 1 : 0);
        return call;
    }
}
