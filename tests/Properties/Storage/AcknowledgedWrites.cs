using System.Globalization;
using System.Text.Json;
using FireproofBench.Engine;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>What writers said that they did: the state that every later opening has to show.</summary>
internal sealed class AcknowledgedWrites
{
    // The number of the write that made each document; none when it was deleted.
    private readonly Dictionary<string, long?> _documents = [];
    private string[] _begun = [];
    private bool _deletes;

    /// <summary>The number of the newest write that was begun.</summary>
    public long Last { get; private set; }

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Takes in a line of a writer.</summary>
    /// <returns>Whether it acknowledges a write.</returns>
    public bool Read(string line)
    {
        string[] words = line.Split(' ');
        Last = long.Parse(words[1], CultureInfo.InvariantCulture);
        if (words[0] != "=")
        {
            (_begun, _deletes) = (words[2..], words[0] == "!");
            return false;
        }

        Acknowledged++;
        Apply();
        return true;
    }

    /// <summary>Compares with a database. A write that was begun and not acknowledged may be there, as a whole.</summary>
    public async Task CheckAsync(Database database)
    {
        var found = new Dictionary<string, long?>();
        await foreach (DocumentRow row in database.RowsAsync())
            found[row.Id] = row.Document is { } document ? JsonDocument.Parse(document.ToUtf8Json()).RootElement.GetProperty("n").GetInt64() : null;
        if (_begun.Length > 0 && _begun.All(id => found.TryGetValue(id, out long? there) && there == (_deletes ? null : Last)))
            Apply();
        _begun = [];
        foreach ((string id, long? number) in _documents)
            Assert.True(found.TryGetValue(id, out long? there) && there == number, $"'{id}' was written by {Text(number)} and is {(found.TryGetValue(id, out there) ? Text(there) : "missing")}");
        Assert.Equal(_documents.Count, found.Count);
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "a deletion";

    private void Apply()
    {
        foreach (string id in _begun)
            _documents[id] = _deletes ? null : Last;
        _begun = [];
    }
}
