namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>An answer of an endpoint on its way through a proxy.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers that matter to clients.</param>
/// <param name="Body">The body.</param>
internal sealed record CloudProxyAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body);
