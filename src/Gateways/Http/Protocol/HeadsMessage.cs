namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>What a subscriber is told.</summary>
/// <param name="Cursor">The moment that it brings the reader to.</param>
/// <param name="Snapshot">All heads; null when it is another kind of message.</param>
/// <param name="Change">What changed; null when it is another kind of message. When both are null there is nothing new.</param>
internal sealed record HeadsMessage(string Cursor, HeadsSnapshot? Snapshot, HeadsChange? Change);
