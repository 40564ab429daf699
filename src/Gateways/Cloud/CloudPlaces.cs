namespace FireproofBench.Gateways.Cloud;

/// <summary>Where the places lie that an endpoint's gestalt names, by the rules of the reference engine's clients.</summary>
/// <remarks>What begins with a slash is of the host, a whole address stands for itself, and all else lies below the address that the gestalt was asked at.</remarks>
internal static class CloudPlaces
{
    /// <summary>The address of a WebSocket; null when the place is none.</summary>
    /// <param name="messages">Where the gestalt was asked for.</param>
    /// <param name="place">What it says.</param>
    public static Uri? SocketOf(Uri messages, string place) => Resolve(messages, place) is not { } found ? null
        : new UriBuilder(found) { Scheme = found.Scheme is "https" or "wss" ? "wss" : "ws", Port = found.IsDefaultPort ? -1 : found.Port }.Uri;

    /// <summary>The address of messages that are requests of their own; null when the place is none.</summary>
    /// <param name="messages">Where the gestalt was asked for.</param>
    /// <param name="place">What it says.</param>
    public static Uri? RequestOf(Uri messages, string place) => Resolve(messages, place) is { Scheme: "http" or "https" } found ? found.AbsolutePath == "/" ? new Uri(found, "/fp") : found : null;

    private static Uri? Resolve(Uri messages, string place) => Uri.TryCreate(new Uri(messages.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), place, out Uri? found) ? found : null;
}
