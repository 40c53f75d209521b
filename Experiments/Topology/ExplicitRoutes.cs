// Routes as the file writes them, in the words of `ip route add`: PREFIX|default [via ADDRESS] [dev DEVICE].

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Reads `gateway` and `routes`.</summary>
internal static class ExplicitRoutes
{
    private const string Expected = "expected a route such as '10.2.0.0/16 via 10.1.0.1' or 'default via 10.0.0.1 dev eth0'";

    public static void Take(IReadOnlyList<HostReader.Wish> wishes, ScenarioErrors errors)
    {
        foreach (HostReader.Wish wish in wishes) Take(wish.Host, null, wish.Host.Routes, wish.Gateway, wish.Routes, errors);
    }

    /// <summary>The routes of one namespace of a host; null is the first.</summary>
    public static void Take(HostSpec host, string? netns, List<RouteSpec> into, SettingsNode? gateway, IReadOnlyList<SettingsNode> routes, ScenarioErrors errors)
    {
        if (gateway is not null)
        {
            string text = HostReader.Expand(gateway.Text, host.Number);
            if (!IpAddress.TryParse(text, out IpAddress via) || !via.IsV4) errors.Add(gateway, $"'{text}': expected an IPv4 address");
            else Add(new RouteSpec(new InterfaceAddress(IpAddress.Any4, 0), via, null), gateway);
        }

        foreach (SettingsNode node in routes)
        {
            string text = HostReader.Expand(node.Text, host.Number);
            if (TryParse(text, out RouteSpec? route)) Add(route, node);
            else errors.Add(node, $"'{text}': {Expected}");
        }

        void Add(RouteSpec route, SettingsNode node)
        {
            string who = netns is null ? $"host {host.Name}" : $"host {host.Name}, netns {netns}";
            if (route.Device is { } name && !host.Devices.Exists(d => d.Netns == netns && d.Name == name)) errors.Add(node, $"{who} has no device '{name}'");
            else if (route.Via is { } via && !host.Devices.Exists(d => d.Netns == netns && d.Addresses.Exists(a => a.Contains(via))))
                errors.Add(node, $"{who} does not reach the next hop {via}: none of its subnets holds it");
            else into.Add(route);
        }
    }

    private static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RouteSpec? route)
    {
        route = null;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words.Length % 2 == 0) return false;
        InterfaceAddress prefix = new(IpAddress.Any4, 0);
        if (words[0] != "default" && !InterfaceAddress.TryParse(words[0], out prefix)) return false;
        IpAddress? via = null;
        string? device = null;
        for (int i = 1; i < words.Length; i += 2)
        {
            if (words[i] == "dev") device = words[i + 1];
            else if (words[i] == "via" && IpAddress.TryParse(words[i + 1], out IpAddress a)) via = a;
            else return false;
        }

        if (via is null && device is null) return false;
        route = new RouteSpec(new InterfaceAddress(IpAddress.FromV4(prefix.Network), prefix.PrefixLength), via, device);
        return true;
    }
}
