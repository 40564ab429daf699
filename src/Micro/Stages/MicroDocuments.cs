using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;

namespace FireproofBench.Micro.Stages;

/// <summary>Documents that a number repeats.</summary>
internal static class MicroDocuments
{
    /// <summary>The id of a document.</summary>
    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"doc-{number:D7}");

    /// <summary>Bytes without a pattern.</summary>
    public static byte[] Bytes(int length, ulong seed = 1)
    {
        byte[] bytes = new byte[length];
        new SeededEntropy(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>A document with some short fields and one long text, of about <paramref name="size"/> bytes when it is encoded.</summary>
    public static JsonElement Text(int number, int size)
    {
        IEntropy entropy = new SeededEntropy((ulong)number + 1);
        return Parse(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"_id":"{{IdOf(number)}}","n":{{number}},"group":"g{{number % 50}}","name":"{{Letters(entropy, 20)}}","body":"{{Letters(entropy, Math.Max(0, size - 90))}}"}"""));
    }

    /// <summary>A document with a list of small objects, of about <paramref name="size"/> bytes when it is encoded.</summary>
    public static JsonElement Fields(int number, int size)
    {
        const int ItemLength = 100;
        IEntropy entropy = new SeededEntropy((ulong)number + 1);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""{"_id":"{{IdOf(number)}}","title":"{{Letters(entropy, 20)}}","items":[""");
        for (int i = 0; i < Math.Max(1, size / ItemLength); i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""{{(i > 0 ? "," : "")}}{"name":"{{Letters(entropy, 16)}}","done":{{(i % 3 == 0 ? "true" : "false")}},"rank":{{i}},"share":{{i / 8.0}},""")
                .Append(CultureInfo.InvariantCulture, $$""" "tags":["{{Letters(entropy, 6)}}","{{Letters(entropy, 8)}}"],"owner":null}""");
        }

        return Parse(text.Append("]}").ToString());
    }

    /// <summary>Documents of one size, from a number on.</summary>
    public static Document[] Many(int count, int size, int from = 0)
    {
        var documents = new Document[count];
        for (int i = 0; i < count; i++)
            documents[i] = Document.From(Text(from + i, size));
        return documents;
    }

    private static string Letters(IEntropy entropy, int count)
    {
        byte[] bytes = new byte[(count * 3 / 4) + 3];
        entropy.Fill(bytes);
        return Base64Url.EncodeToString(bytes)[..count];
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
