using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Scenarios.Shell;

/// <summary>One line of an import: <c>{"put":{…}}</c>, <c>{"bulk":[{…},…]}</c>, <c>{"del":"id"}</c> or <c>{"compact":true}</c>.</summary>
internal sealed class Transaction
{
    private const string Forms = "a line is {\"put\":{…}}, {\"bulk\":[{…},…]}, {\"del\":\"id\"} or {\"compact\":true}";

    private readonly ImmutableArray<Document> _documents = [];
    private readonly bool _isBulk;
    private readonly string? _deleted;

    private Transaction(ImmutableArray<Document> documents, bool isBulk)
    {
        _documents = documents;
        _isBulk = isBulk;
    }

    private Transaction(string? deleted) => _deleted = deleted;

    /// <summary>Reads a line.</summary>
    /// <exception cref="InvalidDataException">The line is not one of the forms.</exception>
    /// <exception cref="InvalidDocumentException">A document in it cannot be stored.</exception>
    public static Transaction Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            // A document may nest as deep here as it may elsewhere, so what is around it does not count.
            using JsonDocument parsed = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = DagCborLimits.MaxDepth + LevelsAround(line.Span) });
            return Read(parsed.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"it is not JSON, or nests too deep ({e.Message})", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("a string in it has an escape that stands for no character", e);
        }
    }

    /// <summary>Carries the transaction out, and waits for it.</summary>
    /// <returns>How many documents were put or deleted.</returns>
    public async ValueTask<int> ApplyAsync(Database database, CancellationToken cancellation)
    {
        if (_deleted is not null)
            await database.DeleteAsync(_deleted, cancellation);
        else if (_isBulk)
            await database.PutManyAsync(_documents, cancellation);
        else if (_documents.Length == 1)
            await database.PutAsync(_documents[0], cancellation);
        else
            await database.CompactAsync(cancellation);
        return _deleted is null ? _documents.Length : 1;
    }

    private static Transaction Read(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object || line.GetPropertyCount() != 1)
            throw new InvalidDataException($"it is not one transaction; {Forms}");
        JsonProperty only = line.EnumerateObject().First();
        return (only.Name, only.Value.ValueKind) switch
        {
            ("put", JsonValueKind.Object) => new Transaction([Document.From(only.Value)], isBulk: false),
            ("bulk", JsonValueKind.Array) => new Transaction([.. only.Value.EnumerateArray().Select(Document.From)], isBulk: true),
            ("del", JsonValueKind.String) => new Transaction(only.Value.GetString()),
            ("compact", JsonValueKind.True) => new Transaction(deleted: null),
            ("put" or "bulk" or "del" or "compact", _) => throw new InvalidDataException($"the value of '{only.Name}' is a JSON {only.Value.ValueKind}; {Forms}"),
            _ => throw new InvalidDataException($"nobody knows '{Shorten(only.Name)}'; {Forms}"),
        };
    }

    private static int LevelsAround(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("bulk"u8) ? 2 : 1;
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..37] + "...";
}
