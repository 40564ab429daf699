namespace FireproofBench.Gateways.S3;

/// <summary>What messages may say of a store.</summary>
/// <param name="Endpoint">Scheme, host and port; or that it is Amazon's own.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Time">The clock, for dates in answers.</param>
internal sealed record S3Place(string Endpoint, string Bucket, TimeProvider Time);
