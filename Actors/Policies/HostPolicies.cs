// What a host's processes are held to: security modules and cgroup programs, given in code or, in a scenario, by name.

namespace ActorNet.Actors;

/// <summary>The policies of a host. Give them before it boots, or between two slices of a run.</summary>
public sealed class HostPolicies
{
    private readonly HostPlan _host;
    private readonly SecurityHooks _security = new();
    private readonly CgroupPrograms _cgroup;

    internal HostPolicies(HostPlan host)
    {
        _host = host;
        _cgroup = new CgroupPrograms(host);
    }

    /// <summary>Adds a security module behind those that are there (security_add_hooks).</summary>
    public HostPolicies Add(SecurityModule module)
    {
        _security.Add(module);
        _host.Books.Security = _security;
        return this;
    }

    /// <summary>Attaches a program to the host's cgroup, behind those that are there (BPF_F_ALLOW_MULTI).</summary>
    public HostPolicies Add(CgroupProgram program)
    {
        _cgroup.Add(program);
        return this;
    }

    public void Remove(SecurityModule module)
    {
        _security.Remove(module);
        if (_security.IsEmpty) _host.Books.Security = null;
    }

    public void Remove(CgroupProgram program) => _cgroup.Remove(program);
}
