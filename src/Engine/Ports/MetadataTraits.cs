namespace FireproofBench.Engine.Ports;

/// <summary>What a metadata gateway can do.</summary>
public sealed record MetadataTraits
{
    /// <summary>What the gateway speaks to, in one or two words for people.</summary>
    public required string Provider { get; init; }

    /// <summary>Whether <see cref="IMetadataGateway.SubscribeAsync"/> tells of changes without being asked again. Polling must converge in any case (SUB-07).</summary>
    public bool Push { get; init; }

    /// <summary>Whether all heads live in one mutable object, so that writers must hold the commit lock or compare and swap (MET-10).</summary>
    public bool SingleObject { get; init; }

    /// <summary>Whether <see cref="MetaEntry.Keys"/> are kept. Where they are not, a database that is to publish its keys is refused before anything is sent.</summary>
    public bool KeepsKeys { get; init; }
}
