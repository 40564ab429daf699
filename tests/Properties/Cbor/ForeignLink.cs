namespace FireproofBench.Properties.Cbor;

/// <summary>A link whose content id is not of the kind that the database makes, as its bytes in hex.</summary>
internal sealed record ForeignLink(string Hex);
