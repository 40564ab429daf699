using System.Text;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Endpoint.Push;

/// <summary>One message to subscribers, in the forms of both channels.</summary>
/// <param name="Cursor">The moment that it brings a subscriber to.</param>
/// <param name="Json">For a socket.</param>
/// <param name="Event">For a stream of events: the same JSON, framed.</param>
internal sealed record PushMessage(HeadCursor Cursor, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Event)
{
    /// <summary>All heads.</summary>
    public static PushMessage Of(HeadState state) => Make(
        state.Cursor, "snapshot", HeadsJson.Write(new HeadsSnapshot(state.Cursor.ToString(), state.Entries)));

    /// <summary>What changed.</summary>
    public static PushMessage Of(HeadCursor since, HeadDelta delta) => Make(
        delta.Cursor, "change", HeadsJson.Write(new HeadsChange(delta.Cursor.ToString(), since.ToString(), delta.Added, delta.Removed)));

    /// <summary>Nothing changed.</summary>
    public static PushMessage Of(HeadCursor cursor) => Make(cursor, "cursor", HeadsJson.WriteCursor(cursor.ToString()));

    private static PushMessage Make(HeadCursor cursor, string type, byte[] json)
    {
        byte[] head = Encoding.UTF8.GetBytes($"id: {cursor}\nevent: {type}\ndata: ");
        return new PushMessage(cursor, json, (byte[])[.. head, .. json, (byte)'\n', (byte)'\n']);
    }
}
