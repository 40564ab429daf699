using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FireproofBench.Engine;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Databases;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Documents;

/// <summary>What a document keeps exactly, and what it refuses with the name of the field.</summary>
public sealed class DocumentValueTests
{
    public static TheoryData<string, string> Refused => new()
    {
        { """{"_id":"","n":1}""", "_id" },
        { $$"""{"_id":"{{new string('i', 4097)}}"}""", "4097" },
        { """{"_id":"gr\u00fc\u00dfe"}""", "U+00FC" },
        { """{"_id":"line\n"}""", "U+000A" },
        { """{"_id":7}""", "_id" },
        { $$"""{"_id":"{{Genesis.Key}}"}""", "_id" },
        { """{"_id":"a","deep":{"big":1e999}}""", "deep.big" },
        { """{"_id":"a","list":[1,[2,-1e999]]}""", "list[1][1]" },
        { """{"_id":"a","n":NaN}""", "JSON" },
        { """{"_id":"a","list":[Infinity]}""", "JSON" },
        { """{"_id":"a","x":{"twice":1,"twice":2}}""", "x.twice" },
        { """{"_id":"a","_id":"b"}""", "_id" },
        { """{"_id":"a","link":{"/":"nothing"}}""", "link" },
        { """{"_id":"a","link":{"/":"\ud800"}}""", "link" },
        { """{"_id":"a","data":{"/":{"bytes":"***"}}}""", "data" },
        { """[1]""", "Array" },
        { """{"_id":"a" """, "JSON" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_value_without_a_stored_form_is_refused_by_name_and_nothing_is_written(string json, string named)
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        InvalidDocumentException one = await Assert.ThrowsAsync<InvalidDocumentException>(async () => await database.PutAsync(Document.Parse(json)));
        await Assert.ThrowsAsync<InvalidDocumentException>(async () => await database.PutManyAsync([Document.Parse("""{"_id":"fine"}"""), Document.Parse(json)]));
        await Assert.ThrowsAsync<InvalidDocumentException>(
            async () => await database.PutAsync(Document.Parse(json), [new NewAttachment("file", "bytes"u8.ToArray(), "text/plain", DateTimeOffset.UnixEpoch)]));
        Assert.Contains(named, one.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await store.KeysAsync());
    }

    [Theory]
    [InlineData("\\ud83d\\ude00", "\U0001F600")]
    [InlineData("\\ude00\\ud83d", "\uFFFD\uFFFD")]
    [InlineData("\\ud83d\\u0041\\ud83d", "\uFFFDA\uFFFD")]
    [InlineData("line\\n\\tquote\\\"slash\\/back\\\\\\b\\f\\r\\u00e9\\u20ac", "line\n\tquote\"slash/back\\\b\f\r\u00e9\u20ac")]
    public void An_escape_says_the_same_as_what_it_stands_for(string escaped, string text)
    {
        var document = Document.Parse($$"""{"\u005fid":"a","value":"{{escaped}}","{{escaped}}":1,"in":{"{{escaped}}":[{"{{escaped}}":2}]},"last":0}""");
        Assert.Equal("a", document.Id);
        using var json = JsonDocument.Parse(document.ToUtf8Json());
        Assert.Equal(text, json.RootElement.GetProperty("value").GetString());
        Assert.Equal(1, json.RootElement.GetProperty(text).GetInt32());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/w", "ff")]
    [InlineData("\\/w==", "ff")]
    [InlineData("AAEC", "000102")]
    [InlineData("AAE", "0001")]
    public void Bytes_are_read_from_base64_with_or_without_padding(string base64, string hex)
    {
        var document = Document.Parse("""{"_id":"a","b":{"/":{"bytes":"BASE64"}}}""".Replace("BASE64", base64, StringComparison.Ordinal));
        byte[] body = [0xa2, 0x61, (byte)'b', (byte)(0x40 + (hex.Length / 2)), .. Convert.FromHexString(hex), 0x63, (byte)'_', (byte)'i', (byte)'d', 0x61, (byte)'a'];
        Assert.Equal(body, document.Body.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00e9")]
    [InlineData(Genesis.Key)]
    public async Task An_id_that_no_document_can_have_cannot_be_deleted(string id)
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        await Assert.ThrowsAsync<InvalidDocumentException>(async () => await database.DeleteAsync(id));
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character_as_in_the_reference_engine_and_bytes_that_are_no_UTF8_are_refused()
    {
        Assert.Equal(Document.Parse("{\"_id\":\"a\",\"lone\":\"\uFFFD\"}").ToJson(), Document.Parse("""{"_id":"a","lone":"\ud800"}""").ToJson());
        foreach (byte[] json in new byte[][] { [.. "{\"_id\":\"a\",\"k"u8, 0x80, .. "\":1}"u8], [.. "{\"_id\":\"a\",\"k\":\""u8, 0xff, .. "\"}"u8] })
            Assert.Contains("UTF-8", Assert.Throws<InvalidDocumentException>(() => Document.Parse(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Documents_nest_to_a_limit_that_is_told(bool isList)
    {
        string Nested(int depth) => $$"""{"_id":"a","v":{{string.Concat(Enumerable.Repeat(isList ? "[" : """{"k":""", depth))}}1{{string.Concat(Enumerable.Repeat(isList ? "]" : "}", depth))}}}""";
        int deepest = Enumerable.Range(100, 200).Last(depth => Record.Exception(() => Document.Parse(Nested(depth))) is null);
        Assert.InRange(deepest, 200, 257);
        InvalidDocumentException refusal = Assert.Throws<InvalidDocumentException>(() => Document.Parse(Nested(deepest + 1)));
        Assert.Contains("depth", refusal.Message, StringComparison.OrdinalIgnoreCase);
        Document.Parse(Nested(deepest)).ToJson();
        Assert.Throws<InvalidDocumentException>(() => Document.Parse(Nested(100_000)));
    }

    [Fact]
    public async Task Integers_bytes_links_and_texts_come_back_exactly()
    {
        var store = new WatchedStore();
        const string Link = "bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrhe";
        string[] values =
        [
            "9223372036854775807", "-9223372036854775808", "18446744073709551615", "-18446744073709551616", "9007199254740993", "0", "0.1", "1e300", "5e-324",
            """{"/":{"bytes":"AAECAwT/"}}""", """{"/":{"bytes":""}}""", $$"""{"/":"{{Link}}"}""", "\"\\u0000 \\ud83d\\ude00\"", "[]", "{}", "null", "[true,false,null]",
        ];
        await using (Database database = await OpenDatabase.OnStoreAsync(store))
        {
            for (int i = 0; i < values.Length; i++)
                await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{i:d2}}","v":{{values[i]}}}""")));
            await database.CompactAsync();
        }

        await using Database again = await OpenDatabase.OnStoreAsync(store);
        for (int i = 0; i < values.Length; i++)
        {
            using var found = System.Text.Json.JsonDocument.Parse((await again.GetAsync(i.ToString("d2", CultureInfo.InvariantCulture)))!.ToUtf8Json());
            using var expected = System.Text.Json.JsonDocument.Parse(values[i]);
            System.Text.Json.JsonElement value = found.RootElement.GetProperty("v");
            if (value.ValueKind == System.Text.Json.JsonValueKind.Number && values[i].AsSpan().ContainsAny('.', 'e'))
                Assert.Equal(expected.RootElement.GetDouble(), value.GetDouble());
            else if (value.ValueKind == System.Text.Json.JsonValueKind.String)
                Assert.Equal(expected.RootElement.GetString(), value.GetString());
            else
                Assert.Equal(values[i], value.GetRawText());
        }
    }

    [Property(MaxTest = 100)]
    public void Typed_objects_come_back_as_they_were(long integer, ulong unsigned, double number, string? text, bool flag)
    {
        string? sound = text is null ? null : string.Concat(text.EnumerateRunes().Select(static rune => rune.ToString()));
        var value = new Typed("id-1", integer, unsigned, double.IsFinite(number) ? number : 0, sound, flag, [1, 2, 3]);
        Typed back = Document.FromObject(value).ToObject<Typed>();
        Assert.Equal(value with { List = [] }, back with { List = [] });
        Assert.Equal(value.List, back.List);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_JSON_lacks_is_refused_in_objects_and_arrays(double number)
    {
        Assert.Throws<InvalidDocumentException>(() => Document.FromObject(new { _id = "a", number }));
        Assert.Throws<InvalidDocumentException>(() => Document.FromObject(new { _id = "a", list = new[] { 1, number } }));
    }

    private sealed record Typed(
        [property: JsonPropertyName("_id")] string Id, long Integer, ulong Unsigned, double Number, string? Text, bool Flag, int[] List)
    {
        private static readonly int[] _none = [];

        // Arrays compare by reference.
        public int[] List { get; init; } = List.Length == 0 ? _none : List;
    }
}
