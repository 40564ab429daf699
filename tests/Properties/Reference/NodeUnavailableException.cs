namespace FireproofBench.Properties.Reference;

/// <summary>Node or the packages of the reference engine cannot be had here; the message is the reason for skipping.</summary>
public sealed class NodeUnavailableException(string reason) : Exception(reason);
