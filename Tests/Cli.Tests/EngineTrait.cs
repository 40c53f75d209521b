// The tool's scenarios are virtual time, which is the embedded engine's: on Akka.NET none of these tests is run.

[assembly: AssemblyTrait("Engine", "Embedded")]
