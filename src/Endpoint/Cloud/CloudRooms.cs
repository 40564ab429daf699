using System.Collections.Concurrent;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Who is bound to which ledger on this endpoint: those hear what others of the same ledger say.</summary>
internal sealed class CloudRooms
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<CloudConnection, Action<byte[]>>> _rooms = new(StringComparer.Ordinal);

    /// <summary>A connection is bound to a ledger.</summary>
    /// <param name="database">The ledger's database.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="send">Sends it something, and does not wait.</param>
    public void Enter(string database, CloudConnection connection, Action<byte[]> send) =>
        _rooms.GetOrAdd(database, static _ => new ConcurrentDictionary<CloudConnection, Action<byte[]>>())[connection] = send;

    /// <summary>A connection is gone.</summary>
    public void Leave(CloudConnection connection, Action<byte[]> send)
    {
        foreach (ConcurrentDictionary<CloudConnection, Action<byte[]>> room in _rooms.Values)
            _ = room.TryRemove(KeyValuePair.Create(connection, send));
    }

    /// <summary>Tells all of a ledger but one.</summary>
    /// <returns>Who was told.</returns>
    public IReadOnlyList<CloudConnection> Tell(string database, CloudConnection from, Func<CloudConnection, byte[]> message)
    {
        List<CloudConnection> told = [];
        foreach ((CloudConnection to, Action<byte[]> send) in _rooms.TryGetValue(database, out var room) ? room : [])
        {
            if (to == from)
                continue;
            send(message(to));
            told.Add(to);
        }

        return told;
    }
}
