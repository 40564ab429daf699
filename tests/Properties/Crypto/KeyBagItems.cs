using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Crypto;

/// <summary>Source of the fixed items: the key bags in the fixtures, written by @fireproof/core 0.24.19.</summary>
public sealed class KeyBagItems
{
    private const string Name = "@chat-data@";

    private static readonly byte[] _first = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");

    private static readonly byte[] _second = Convert.FromHexString("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");

    public static TheoryData<string> Stored =>
        [.. Directory.EnumerateFiles(FixtureFiles.Find("02-one-doc").KeyBagFolder, "*.json").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Stored))]
    public void An_item_of_the_reference_engine_is_read_and_written_byte_for_byte(string file)
    {
        byte[] item = File.ReadAllBytes(Path.Combine(FixtureFiles.Find("02-one-doc").KeyBagFolder, file));
        string name = JsonElement.Parse(item).GetProperty("id").GetString()!;
        using KeyRing ring = KeyBagItem.Read(name, item);
        Assert.Equal(Encoding.UTF8.GetString(item), Encoding.UTF8.GetString(KeyBagItem.Write(name, ring.Sealing)));
    }

    [Fact]
    public void Every_key_opens_and_the_default_seals()
    {
        using KeyRing ring = Read(V2(Keys((_first, false), (_second, true))));
        Assert.Equal(_second, ring.Sealing.ExportBytes());
        Assert.Equal(_first, ring.Find(KeyFingerprint.Of(_first))!.ExportBytes());
        Assert.Same(ring.Sealing, ring.Find(KeyFingerprint.Of(_second)));
        Assert.Null(ring.Find(KeyFingerprint.Of("another"u8)));
    }

    [Fact]
    public void An_item_with_several_keys_is_written_as_the_reference_engine_writes_it()
    {
        string first = $$"""{"key":"{{Text(_first)}}","fingerPrint":"{{KeyFingerprint.Of(_first)}}","default":false}""";
        string second = $$"""{"key":"{{Text(_second)}}","fingerPrint":"{{KeyFingerprint.Of(_second)}}","default":true}""";
        using KeyRing ring = Read(V2($$"""{"{{KeyFingerprint.Of(_first)}}":{{first}},"{{KeyFingerprint.Of(_second)}}":{{second}}}"""));
        string expected = $$"""
            {
              "id": "{{Name}}",
              "clazz": "V2StorageKeyItem",
              "item": {
                "name": "{{Name}}",
                "keys": {
                  "{{KeyFingerprint.Of(_first)}}": {
                    "key": "{{Text(_first)}}",
                    "fingerPrint": "{{KeyFingerprint.Of(_first)}}",
                    "default": false
                  },
                  "{{KeyFingerprint.Of(_second)}}": {
                    "key": "{{Text(_second)}}",
                    "fingerPrint": "{{KeyFingerprint.Of(_second)}}",
                    "default": true
                  }
                }
              }
            }
            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(KeyBagItem.Write(Name, ring)));
    }

    [Fact]
    public void A_ring_keeps_its_order_takes_each_key_once_and_erases_its_own_copies_only()
    {
        KeyRing ring = new(FileKey.FromBytes(_first));
        using KeyRing other = new(FileKey.FromBytes(_second), FileKey.FromBytes(_first));
        Assert.Equal((1, 0), (ring.Add(other), ring.Add(other)));
        Assert.Equal(KeyFingerprint.Of(_first), ring.Sealing.Fingerprint);
        ring.SealWith(KeyFingerprint.Of(_second));
        Assert.Equal([KeyFingerprint.Of(_first), KeyFingerprint.Of(_second)], ring.Keys.Select(static key => key.Fingerprint));
        Assert.Throws<ArgumentException>(() => ring.SealWith(KeyFingerprint.Of("another"u8)));
        FileKey own = ring.Sealing;
        ring.Dispose();
        _ = Assert.Throws<ObjectDisposedException>(own.ExportBytes);
        Assert.Equal(_second, other.Sealing.ExportBytes());
    }

    [Fact]
    public void The_older_forms_are_read()
    {
        using KeyRing single = Read($$"""{"name":"{{Name}}","key":"{{Text(_first)}}"}""");
        Assert.Equal(_first, single.Sealing.ExportBytes());
        using KeyRing several = Read($$$"""{"name":"{{{Name}}}","keys":{{{Keys((_first, true), (_second, false))}}}}""");
        Assert.Equal(_first, several.Sealing.ExportBytes());
        Assert.NotNull(several.Find(KeyFingerprint.Of(_second)));
    }

    [Fact]
    public void Two_defaults_are_refused() => Refused(V2(Keys((_first, true), (_second, true))), "two keys");

    [Fact]
    public void No_default_is_refused() => Refused(V2(Keys((_first, false), (_second, false))), "no key is marked");

    [Fact]
    public void No_keys_at_all_are_refused() => Refused(V2("{}"), "no key is marked");

    [Fact]
    public void A_key_under_another_keys_fingerprint_is_refused() =>
        Refused(V2($$$"""{"{{{KeyFingerprint.Of(_second)}}}":{"key":"{{{Text(_first)}}}","default":true}}"""), KeyFingerprint.Of(_first).ToString());

    [Fact]
    public void The_item_of_another_key_name_is_refused() =>
        Refused(V2(Keys((_first, true))).Replace(Name, "@chat_data@", StringComparison.Ordinal), "@chat_data@");

    [Fact]
    public void An_item_of_another_class_is_refused() =>
        Refused(V2(Keys((_first, true))).Replace("V2StorageKeyItem", "DeviceIdKeyBagItem", StringComparison.Ordinal), "DeviceIdKeyBagItem");

    [Theory]
    [InlineData("zJ0")]
    [InlineData("z")]
    [InlineData("")]
    [InlineData("J7AT5D8GUZr7z7mkUihNsu")]
    [InlineData("z2")]
    public void A_key_that_is_not_a_key_is_refused(string text) => Refused($$"""{"name":"{{Name}}","key":"{{text}}"}""", "a key ");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("17")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("{\"clazz\":7}")]
    [InlineData("{\"clazz\":\"V2StorageKeyItem\"}")]
    [InlineData("{\"clazz\":\"V2StorageKeyItem\",\"item\":[]}")]
    [InlineData("{\"clazz\":\"V2StorageKeyItem\",\"item\":{}}")]
    [InlineData("{\"name\":\"@chat-data@\"}")]
    [InlineData("{\"name\":\"@chat-data@\",\"key\":null}")]
    [InlineData("{\"name\":\"@chat-data@\",\"key\":{}}")]
    [InlineData("{\"name\":\"@chat-data@\",\"keys\":[]}")]
    [InlineData("{\"name\":\"@chat-data@\",\"keys\":{\"z1\":{}}}")]
    [InlineData("{\"name\":\"@chat-data@\",\"keys\":{\"z1\":null}}")]
    [InlineData("{\"name\":\"@chat-data@\",\"keys\":{\"\\ud800\":{\"key\":\"z1\"}}}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{\"name\":")]
    public void Anything_else_is_refused(string item) => Refused(item, Name);

    [Fact]
    public void An_item_beyond_its_limit_is_refused() =>
        Refused(V2(Keys((_first, true))) + new string(' ', KeyBagItem.MaxLength), "larger than");

    [Fact]
    public void A_refusal_never_tells_a_key()
    {
        string fingerprint = KeyFingerprint.Of(_second).ToString();
        KeyBagException refusal = Assert.Throws<KeyBagException>(() => Read(V2($$$"""{"{{{fingerprint}}}":{"key":"{{{Text(_first)}}}","default":true}}""")));
        Assert.DoesNotContain(Text(_first), refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal(Name, refusal.KeyName);
    }

    private static KeyRing Read(string item) => KeyBagItem.Read(Name, Encoding.UTF8.GetBytes(item));

    private static void Refused(string item, string because)
    {
        KeyBagException refusal = Assert.Throws<KeyBagException>(() => Read(item));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }

    private static string V2(string keys) => $$$"""{"id":"{{{Name}}}","clazz":"V2StorageKeyItem","item":{"name":"{{{Name}}}","keys":{{{keys}}}}}""";

    private static string Keys(params (byte[] Key, bool Default)[] keys) => "{" + string.Join(",", keys.Select(static key =>
        $$"""
        "{{KeyFingerprint.Of(key.Key)}}":{"key":"{{Text(key.Key)}}","fingerPrint":"{{KeyFingerprint.Of(key.Key)}}","default":{{(key.Default ? "true" : "false")}}}
        """)) + "}";

    private static string Text(byte[] key) => "z" + Base58.Encode(key);
}
