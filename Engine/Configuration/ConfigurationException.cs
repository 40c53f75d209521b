// A configuration that cannot be used.

namespace ActorNet.Engine.Configuration;

/// <summary>Configuration is malformed or holds what the reader cannot use; the message says where.</summary>
public class ConfigurationException : Exception
{
    public ConfigurationException(string message) : base(message) { }

    public ConfigurationException(string message, Exception? cause) : base(message, cause) { }
}
