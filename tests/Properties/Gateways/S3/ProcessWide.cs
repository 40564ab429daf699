using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>Tests that change something for the whole process: they run after all others, one by one.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
