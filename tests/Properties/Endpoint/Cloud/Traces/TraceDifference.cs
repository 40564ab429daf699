namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>What the endpoint rightly does otherwise than the server of a recording.</summary>
/// <param name="Trace">The recording.</param>
/// <param name="Request">The type of the message, or the method of the request, that is answered otherwise.</param>
/// <param name="Recorded">The type of the recorded answer, or its status.</param>
/// <param name="Ours">The type of the endpoint's answer, or its status.</param>
/// <param name="Reason">Why.</param>
internal sealed record TraceDifference(string Trace, string Request, string Recorded, string Ours, string Reason);
