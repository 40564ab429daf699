namespace FireproofBench.Gateways.Http.Push;

/// <summary>How changes come, best first.</summary>
internal enum PushRoad
{
    /// <summary>A WebSocket.</summary>
    Socket,

    /// <summary>Server-sent events.</summary>
    Events,

    /// <summary>Nobody tells: the heads are asked for again and again.</summary>
    Asking,
}
