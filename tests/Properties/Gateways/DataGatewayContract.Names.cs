using System.Text;
using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <content>Which keys are kept, and which are refused.</content>
public abstract partial class DataGatewayContract
{
    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task A_name_that_cannot_be_kept_is_refused_and_nothing_is_written(string key)
    {
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(key, null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.HeadAsync(key, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.DeleteAsync(key, null, Token).AsTask()));
        Assert.Empty(await KeysAsync("", 10));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_has_no_bytes_and_is_refused()
    {
        foreach (string key in (string[])["a\ud800b", "\udc00", "a/\ud83d"])
            Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
    }

    [Fact]
    public async Task Keys_are_measured_in_bytes_of_utf8()
    {
        string segment = new('é', 127);
        string longest = $"{segment}/{segment}/{segment}/{segment}"[..^((1024 - Gateway.Traits.MaxKeyLength + 1) / 2)];
        _ = await Gateway.PutAsync(longest, Bytes(1, 1), PutCondition.None, Token);
        Assert.Equal([longest], await KeysAsync("", 10));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(longest + "/longer", null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.GetAsync(new string('é', 128), null, Token).AsTask()));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("%2f%00+?#&='\"")]
    [InlineData("caf\u00e9")]
    [InlineData("cafe\u0301")]
    [InlineData("\U0001f600/\uffff")]
    [InlineData("a\tb\u007f")]
    [InlineData("-rf")]
    [InlineData("...")]
    public async Task Unusual_names_are_kept_exactly(string key)
    {
        if (!Keeps(key))
        {
            Assert.Equal(StorageErrorKind.InvalidName, await KindAsync(() => Gateway.PutAsync(key, Bytes(1, 1), PutCondition.None, Token).AsTask()));
            return;
        }

        _ = await Gateway.PutAsync(key, Encoding.UTF8.GetBytes(key), PutCondition.None, Token);
        _ = await Gateway.PutAsync("other", Bytes(1, 1), PutCondition.None, Token);
        Assert.Equal([key], await KeysAsync(key, 1));
        Assert.Equal(key, Encoding.UTF8.GetString((await Gateway.GetAsync(key, null, Token))!.Bytes.Span));
    }
}
