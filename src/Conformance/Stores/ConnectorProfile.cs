namespace FireproofBench.Conformance.Stores;

/// <summary>Which connectors a run judges.</summary>
internal enum ConnectorProfile
{
    /// <summary>The data connector: objects by key.</summary>
    Data,

    /// <summary>The metadata connector: the heads.</summary>
    Metadata,

    /// <summary>Both.</summary>
    All,

    /// <summary>An endpoint of the cloud protocol, which is neither.</summary>
    Cloud,
}
