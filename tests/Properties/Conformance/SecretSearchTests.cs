using System.Text;
using FireproofBench.Engine.Blocks;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class SecretSearchTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 16).Select(static i => (byte)(i * 37 + 11))];

    [Property]
    public bool A_key_is_found_in_every_encoding_wherever_it_begins(byte[]? before, byte[]? after, byte way)
    {
        byte[] all = [.. before ?? [], .. s_key, .. after ?? []];
        byte[] text = (way % 5) switch
        {
            0 => all,
            1 => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(all)),
            2 => Encoding.ASCII.GetBytes(Convert.ToBase64String(all)),
            3 => Encoding.ASCII.GetBytes(Convert.ToBase64String(all).TrimEnd('=').Replace('+', '-').Replace('/', '_')),
            _ => Encoding.ASCII.GetBytes("z" + Base58.Encode(s_key)),
        };
        return new SecretSearch().Add("the key", s_key).FindIn(text) is { } found && found.StartsWith("the key", StringComparison.Ordinal);
    }

    [Property]
    public bool Chance_finds_nothing(byte[]? bytes) => new SecretSearch().Add("the key", s_key).Add("the word", "word-0123456789").FindIn(bytes ?? []) is null;

    [Theory]
    [InlineData("GET /x?p=a%2Fpass%3Dword%20of HTTP/1.1")]
    [InlineData("{\"p\":\"a/pass=word of\"}")]
    [InlineData("Basic dXNlcjphL3Bhc3M9d29yZCBvZg==")]
    public void A_word_is_found_as_it_travels(string text) => Assert.NotNull(new SecretSearch().Add("the word", "a/pass=word of").FindIn(text));

    [Fact]
    public void A_finding_does_not_show_what_was_found() =>
        Assert.Equal("the word, plainly, at byte 3", new SecretSearch().Add("the word", "hush-hush-hush").FindIn("is hush-hush-hush."));
}
