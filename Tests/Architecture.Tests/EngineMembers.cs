// Which members of the engine an assembly uses, read off its metadata.

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ActorNet.Architecture.Tests;

/// <summary>Names such as <c>IActorContext.Stop</c>, <c>new ActorTimer</c> or, overridden, <c>UntypedActor.OnReceive</c>.</summary>
internal static class EngineMembers
{
    private const string Engine = "ActorNet.Engine";

    public static SortedSet<string> UsedBy(string assembly)
    {
        SortedSet<string> used = new(StringComparer.Ordinal);
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (EngineType(metadata, member.Parent) is string type) used.Add(Name(type, metadata.GetString(member.Name)));
        }
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            if (!type.BaseType.IsNil && EngineType(metadata, type.BaseType) is string parent) AddMethods(metadata, type, parent, used);
            foreach (InterfaceImplementationHandle each in type.GetInterfaceImplementations())
                if (EngineType(metadata, metadata.GetInterfaceImplementation(each).Interface) is string contract) used.Add(contract);
        }
        return used;
    }

    private static void AddMethods(MetadataReader metadata, TypeDefinition type, string parent, SortedSet<string> used)
    {
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            bool overrides = method.Attributes.HasFlag(System.Reflection.MethodAttributes.Virtual) && !method.Attributes.HasFlag(System.Reflection.MethodAttributes.NewSlot);
            string name = metadata.GetString(method.Name);
            if (overrides && name is not ("Equals" or "GetHashCode" or "ToString")) used.Add(Name(parent, name));
        }
    }

    /// <summary>The name of a type of the engine; null for any other.</summary>
    private static string? EngineType(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeSpecification)
        {
            // A generic type's arguments do not matter here: class, then the type's own coded index.
            BlobReader signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
            if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
            signature.ReadSignatureTypeCode();
            handle = signature.ReadTypeHandle();
        }
        if (handle.Kind != HandleKind.TypeReference) return null;
        TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)handle);
        string name = metadata.GetString(type.Name).Split('`')[0];
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return EngineType(metadata, type.ResolutionScope) is string outer ? $"{outer}.{name}" : null;
        if (type.ResolutionScope.Kind != HandleKind.AssemblyReference) return null;
        AssemblyReference scope = metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope);
        return metadata.GetString(scope.Name) == Engine ? name : null;
    }

    private static string Name(string type, string member) => member switch
    {
        ".ctor" => $"new {type}",
        _ when member.StartsWith("get_", StringComparison.Ordinal) || member.StartsWith("set_", StringComparison.Ordinal) => $"{type}.{member[4..]}",
        _ when member.StartsWith("op_", StringComparison.Ordinal) => $"{type}.{member}",
        _ => $"{type}.{member}",
    };
}
