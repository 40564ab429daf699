using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

public sealed class HttpUrlTests
{
    [Theory]
    [InlineData("http://host:8787", "http://host:8787")]
    [InlineData("HTTP://host:8787/", "http://host:8787")]
    [InlineData("https://host/base/", "https://host/base")]
    [InlineData("https://host/base?database=raw%20files", "https://host/base?database=raw%20files")]
    public void An_endpoint_is_shown_by_its_address(string text, string shown)
    {
        GatewayUrl url = GatewayUrl.Parse(text);
        Assert.Equal((GatewayScheme.Http, shown), (url.Scheme, url.ToString()));
    }

    [Theory]
    [InlineData("http://user:hunter2@host/base")]
    [InlineData("http://hunter2@host/base")]
    [InlineData("https://host/base?token=hunter2")]
    [InlineData("https://host/base?database=x&token=hunter2")]
    [InlineData("https://host/base#hunter2")]
    [InlineData("http:///hunter2")]
    public void A_url_with_a_secret_in_it_or_without_a_host_is_refused_and_not_quoted(string text)
    {
        StorageException refused = Assert.Throws<StorageException>(() => GatewayUrl.Parse(text));
        Assert.Equal(StorageErrorKind.InvalidName, refused.Kind);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }
}
