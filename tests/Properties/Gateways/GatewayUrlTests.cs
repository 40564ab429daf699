using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Cloud;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways;

public sealed class GatewayUrlTests
{
    [Theory]
    [InlineData("file:///abs/dir", "/abs/dir")]
    [InlineData("FILE:///abs/dir/", "/abs/dir/")]
    [InlineData("file://localhost/abs", "/abs")]
    [InlineData("file:///a%20b%23/%C3%A9", "/a b#/é")]
    [InlineData("file:///x/.fireproof/v0.19?runtime=node&urlGen=default", "/x/.fireproof/v0.19")]
    [InlineData("/plain/path", "/plain/path")]
    [InlineData("/with:colon/x", "/with:colon/x")]
    [InlineData("./odd:name", null)]
    public void A_folder_is_named_by_a_url_or_a_path(string text, string? path)
    {
        GatewayUrl url = GatewayUrl.Parse(text);
        Assert.Equal(GatewayScheme.File, url.Scheme);
        Assert.Equal(path ?? Path.GetFullPath(text), url.Path);
    }

    [Fact]
    public async Task A_ledger_is_named_by_the_url_or_by_the_token_and_the_path_is_where_messages_go()
    {
        GatewayUrl url = GatewayUrl.Parse("fpcloud+https://host/base?tenant=acme&ledger=our%20notes");
        Assert.Equal(GatewayScheme.FpCloud, url.Scheme);
        Assert.Equal("fpcloud+https://host/base?tenant=acme&ledger=our%20notes", url.ToString());
        Assert.Equal(new Uri("https://host/base"), url.Cloud!.Address);
        Assert.Equal("fp.acme.our~20notes", url.Cloud.LedgerFor(null).Database);
        await using IDataGateway data = url.OpenData(TestOptions.Of());
        await using IDeviceStore device = url.OpenDevice("db", TestOptions.Of());
        Assert.True(device.Metadata.Traits.KeepsKeys);
        using Endpoint.TokenSigner signer = new("cloud");
        CloudUrl bare = GatewayUrl.Parse("fpcloud+http://host:8787").Cloud!;
        Assert.Equal((new Uri("http://host:8787/fp"), "fp.acme.notes"), (bare.Address, bare.LedgerFor(new Secret(signer.MakeCloud("acme", "notes"))).Database));
    }

    [Theory]
    [InlineData("fpcloud+http://host", null, StorageErrorKind.NotAuthorized)]
    [InlineData("fpcloud+http://host", "hidden", StorageErrorKind.NotAuthorized)]
    [InlineData("fpcloud+http://host", "a.hidden.c", StorageErrorKind.NotAuthorized)]
    [InlineData("fpcloud+http://user:hidden@host", null, StorageErrorKind.InvalidName)]
    [InlineData("fpcloud+http://host?tenant=hidden", null, StorageErrorKind.InvalidName)]
    [InlineData("fpcloud+http://host?authJWK=hidden", null, StorageErrorKind.InvalidName)]
    [InlineData("fpcloud+http://host#hidden", null, StorageErrorKind.InvalidName)]
    [InlineData("fpcloud+http://", null, StorageErrorKind.InvalidName)]
    public void A_ledger_that_nobody_names_is_refused_and_no_secret_is_repeated(string text, string? token, StorageErrorKind kind)
    {
        StorageException failure = Assert.Throws<StorageException>(
            () => GatewayUrl.Parse(text).OpenData(TestOptions.Of() with { Token = token is null ? null : new Secret(token) }));
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_is_named_with_its_store_and_told_again_without_a_credential()
    {
        GatewayUrl url = GatewayUrl.Parse("s3://My_Bucket/a%20b/c?endpoint=http://h:1&region=r-1&pathStyle=true&create=true&heads=single");
        Assert.Equal(GatewayScheme.S3, url.Scheme);
        S3Options options = url.S3!.Options;
        Assert.Equal(("My_Bucket", "a b/c", new Uri("http://h:1"), "r-1", true, true), (options.Bucket, options.Prefix, options.Endpoint, options.Region, options.PathStyle, options.CreateBucket));
        Assert.Equal(HeadsForm.SingleObject, url.S3.Heads);
        Assert.Equal("s3://My_Bucket/a%20b/c?endpoint=http://h:1&region=r-1&pathStyle=true&create=true&heads=single", url.ToString());
        await using IDataGateway data = url.OpenData(TestOptions.Of());
        Assert.False(data.Traits.ConditionalCreate);
        await using IDeviceStore device = url.OpenDevice("db", TestOptions.Of());
        Assert.True(device.Metadata.Traits.SingleObject);
        Assert.Equal("s3://b", GatewayUrl.Parse("s3://b/").ToString());
        GatewayUrl automatic = GatewayUrl.Parse("s3://b?heads=auto");
        Assert.Equal((HeadsForm.Automatic, "s3://b?heads=auto"), (automatic.Heads, automatic.ToString()));
        Assert.Equal(HeadsForm.MultiObject, GatewayUrl.Parse("s3://b?heads=multi").Heads);
        Assert.Equal("s3://b?endpoint=http://h:1&profile=second%20one", GatewayUrl.Parse("s3://b?endpoint=http://h:1&profile=second%20one").ToString());
    }

    [Fact]
    public void A_profile_that_the_files_do_not_have_is_refused_by_its_name()
    {
        StorageException failure = Assert.Throws<StorageException>(() => GatewayUrl.Parse("s3://b?endpoint=http://h:1&profile=nobody-has-this").OpenData(TestOptions.Of()));
        Assert.Equal(StorageErrorKind.NotAuthorized, failure.Kind);
        Assert.Contains("'nobody-has-this'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_SHARED_CREDENTIALS_FILE", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3:bucket")]
    [InlineData("s3://")]
    [InlineData("s3:///prefix")]
    [InlineData("s3://hidden:hidden@bucket/x")]
    [InlineData("s3://bucket?accessKey=hidden")]
    [InlineData("s3://bucket?secret=hidden")]
    [InlineData("s3://bucket?X-Amz-Security-Token=hidden")]
    [InlineData("s3://bucket?endpoint=http://u:hidden@h")]
    [InlineData("s3://bucket?endpoint=ftp://h")]
    [InlineData("s3://bucket?endpoint=http://h/path")]
    [InlineData("s3://bucket?endpoint=")]
    [InlineData("s3://bucket?region=")]
    [InlineData("s3://bucket?profile=")]
    [InlineData("s3://bucket?pathStyle=yes")]
    [InlineData("s3://bucket?heads=many")]
    [InlineData("s3://bucket?colour=red")]
    [InlineData("s3://bucket/../x?endpoint=http://h")]
    public void A_bucket_s_url_with_credentials_or_anything_unknown_is_refused_and_not_repeated(string text)
    {
        StorageException failure = Assert.Throws<StorageException>(() => GatewayUrl.Parse(text).OpenData(TestOptions.Of()));
        Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_scheme_is_answered_with_the_known_ones()
    {
        StorageException failure = Assert.Throws<StorageException>(() => GatewayUrl.Parse("gopher://host/secret"));
        Assert.Equal(StorageErrorKind.Unsupported, failure.Kind);
        foreach (string known in (string[])["gopher:", "file:///", "memory:", "s3://", "http://", "fpcloud+https://", "dav+http://", "sim:"])
            Assert.Contains(known, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("file:relative")]
    [InlineData("file://elsewhere/x")]
    [InlineData("memory:place")]
    public void A_url_that_names_no_place_is_refused(string text) =>
        Assert.Equal(StorageErrorKind.InvalidName, Assert.Throws<StorageException>(() => GatewayUrl.Parse(text)).Kind);

    [Fact]
    public async Task What_is_built_in_opens()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "new/folder");
        await using IDataGateway file = GatewayUrl.Parse("file://" + path).OpenData(TestOptions.Of());
        Assert.Empty((await file.ListAsync("", null, 1, TestContext.Current.CancellationToken)).Objects);
        await using IDeviceStore device = GatewayUrl.Parse(path).OpenDevice("db", TestOptions.Of());
        Assert.Equal(path + "/db", Assert.IsType<FolderDeviceStore>(device).Folder);
        await using IDataGateway memory = GatewayUrl.Parse("memory:").OpenData(TestOptions.Of());
        _ = Assert.IsType<MemoryDataGateway>(memory);
        await using IDeviceStore inMemory = GatewayUrl.Parse("memory:").OpenDevice("db", TestOptions.Of());
        _ = Assert.IsType<MemoryDeviceStore>(inMemory);
        string inTheWay = folder.Write("file", "");
        Assert.Contains(inTheWay, Assert.Throws<StorageException>(() => GatewayUrl.Parse(inTheWay).OpenData(TestOptions.Of())).Message, StringComparison.Ordinal);
    }
}
