using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Sync;

/// <summary>A store that several devices share one database over: a data connector and a metadata connector, from one provider or from two.</summary>
/// <param name="Name">How people call it, for messages and states; also what a device remembers it by, so the same for each attaching. No secret.</param>
/// <param name="Data">The files: <c>data/&lt;cid&gt;.car</c> for CAR files, <c>data/&lt;cid&gt;</c> for attachments. Stays the caller's to dispose of.</param>
/// <param name="Metadata">The heads. Stays the caller's to dispose of.</param>
public sealed record RemoteStore(string Name, IDataGateway Data, IMetadataGateway Metadata);
