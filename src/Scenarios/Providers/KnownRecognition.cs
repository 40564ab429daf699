using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Providers;

/// <summary>What a provider is recognised by.</summary>
/// <param name="Hosts">Hosts of its endpoints; <c>*</c> stands for one or more characters.</param>
/// <param name="Names">Names that gateways tell of their store.</param>
/// <param name="FileSystems">Names that the operating system gives the file system of a folder.</param>
internal sealed record KnownRecognition(ImmutableArray<string> Hosts, ImmutableArray<string> Names, ImmutableArray<string> FileSystems);
