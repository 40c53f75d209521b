// The types of a value, and what an include asks its callback for; names as in Hocon.Configuration.

namespace ActorNet.Engine.Configuration;

/// <summary>What a value is. <c>null</c> counts as a string without text, as in Hocon.Configuration.</summary>
public enum HoconType { Empty, Array, Object, Number, Boolean, String }

/// <summary>What kind of thing an include names.</summary>
public enum HoconCallbackType { File, Url, Resource }

/// <summary>Fetches what an include names; null when there is no such thing, which is an error only for <c>required(…)</c>.</summary>
public delegate Task<string?> HoconIncludeCallbackAsync(HoconCallbackType callbackType, string value);
