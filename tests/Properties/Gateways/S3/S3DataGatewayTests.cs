using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>What the contract does not say of a gateway to a bucket, on real stores.</summary>
public sealed class S3DataGatewayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph", new[] { "without the quotes", "ignored on ends of uploads in parts", "ignored on deletes" })]
    [InlineData("swift", new[] { "refused on puts", "aws-chunked", "Content-MD5", "URL-encoded", "lag behind" })]
    public async Task The_oddities_of_a_store_are_found_and_nothing_is_left_of_the_search(string server, string[] expected)
    {
        S3Server store = await S3Server.RequireAsync(server);
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = await S3DataGateway.OpenAsync(store.Options(prefix), TestOptions.Of(), Token);
        foreach (string text in expected)
            Assert.Contains(gateway.Traits.Quirks, quirk => quirk.Contains(text, StringComparison.Ordinal));
        using AmazonS3Client client = store.Client();
        ListObjectsV2Response left = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "fireproofbench-tests", Prefix = prefix }, Token);
        Assert.Empty(left.S3Objects ?? []);
        Assert.Equal(server == "ceph", gateway.Traits.ConditionalCreate && gateway.Traits.ConditionalReplace);
        Assert.Equal(server == "ceph", gateway.Traits.StronglyConsistent);
    }

    [Theory]
    [InlineData("ceph", true)]
    [InlineData("ceph", false)]
    [InlineData("swift", true)]
    [InlineData("swift", false)]
    public async Task A_large_object_goes_up_in_parts_and_comes_back_in_pieces(string server, bool streamed)
    {
        S3Server store = await S3Server.RequireAsync(server);
        await using S3DataGateway gateway = store.Open();
        byte[] content = new byte[(21 << 20) + 7];
        new SeededEntropy(5).Fill(content);
        ContentSource source = new(content.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));
        string version = streamed
            ? await gateway.PutAsync("large", source, PutCondition.None, Token)
            : await gateway.PutAsync("large", content, PutCondition.None, Token);
        Assert.Contains('-', version);
        Assert.Equal((content.Length, version), ((await gateway.HeadAsync("large", Token))!.Length, (await gateway.HeadAsync("large", Token))!.Version));
        await using ObjectStream stream = (await ObjectStream.OpenAsync(gateway, "large", Token, 5_000_000))!;
        using MemoryStream got = new();
        await stream.CopyToAsync(got, Token);
        Assert.True(got.GetBuffer().AsSpan(0, (int)got.Length).SequenceEqual(content));
        _ = await gateway.DeleteAsync("large", null, Token);
    }

    [Fact]
    public async Task A_large_object_under_a_condition_goes_up_whole_where_the_end_of_an_upload_ignores_it()
    {
        S3Server store = await S3Server.RequireAsync("ceph");
        await using S3DataGateway gateway = store.Open();
        byte[] content = new byte[(17 << 20) + 7];
        ContentSource source = new(content.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)));
        string version = await gateway.PutAsync("large", source, PutCondition.IfAbsent, Token);
        Assert.DoesNotContain('-', version);
        Assert.Equal(StorageErrorKind.PreconditionFailed, await KindAsync(() => gateway.PutAsync("large", source, PutCondition.IfAbsent, Token).AsTask()));
        Assert.Equal(version, (await gateway.HeadAsync("large", Token))!.Version);
        _ = await gateway.DeleteAsync("large", null, Token);
    }

    [Theory]
    [InlineData("ceph")]
    [InlineData("swift")]
    public async Task An_upload_that_fails_in_its_middle_leaves_neither_object_nor_parts(string server)
    {
        S3Server store = await S3Server.RequireAsync(server);
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = store.Open(prefix);
        ContentSource shorter = new(30 << 20, _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[20 << 20])));
        Assert.Equal(StorageErrorKind.Permanent, await KindAsync(() => gateway.PutAsync("large", shorter, PutCondition.None, Token).AsTask()));
        using CancellationTokenSource end = new();
        ContentSource cancelling = new(30 << 20, _ =>
        {
            end.CancelAfter(TimeSpan.FromMilliseconds(50));
            return ValueTask.FromResult<Stream>(new MemoryStream(new byte[30 << 20]));
        });
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            _ = await gateway.PutAsync("large", cancelling, PutCondition.None, end.Token);
            end.Token.ThrowIfCancellationRequested();
        });
        using AmazonS3Client client = store.Client();
        ListMultipartUploadsResponse uploads = await client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = "fireproofbench-tests", Prefix = prefix }, Token);
        Assert.Empty(uploads.MultipartUploads ?? []);
        _ = await gateway.DeleteAsync("large", null, Token);
    }

    [Theory]
    [InlineData("ceph")]
    [InlineData("swift")]
    public async Task Wrong_keys_and_a_missing_bucket_are_told_by_the_store(string server)
    {
        S3Server store = await S3Server.RequireAsync(server);
        S3Options options = store.Options(S3Server.FreshPrefix()) with { CreateBucket = false };
        await using S3DataGateway wrongSecret = new(options with { Credentials = new BasicAWSCredentials(store.AccessKey, "wrong") }, TestOptions.Of());
        Assert.Equal(StorageErrorKind.NotAuthorized, await KindAsync(() => wrongSecret.HeadAsync("k", Token).AsTask()));
        await using S3DataGateway unknownKey = new(options with { Credentials = new BasicAWSCredentials("nobody:nobody", "wrong") }, TestOptions.Of());
        Assert.Equal(StorageErrorKind.NotAuthorized, await KindAsync(() => unknownKey.GetAsync("k", null, Token).AsTask()));
        await using S3DataGateway noBucket = new(options with { Bucket = "there-is-no-such-bucket" }, TestOptions.Of());
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => noBucket.HeadAsync("k", Token).AsTask()));
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => noBucket.GetAsync("k", null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => noBucket.DeleteAsync("k", null, Token).AsTask()));
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => noBucket.ListAsync("", null, 1, Token).AsTask()));
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => noBucket.PutAsync("k", new byte[1], PutCondition.None, Token).AsTask()));
    }

    [Fact]
    public async Task What_other_tools_leave_in_a_bucket_is_passed_over()
    {
        S3Server store = await S3Server.RequireAsync("ceph");
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = store.Open(prefix);
        using AmazonS3Client client = store.Client();
        foreach (string key in (string[])["data/", "data//x", ".fireproofbench/probe-1/a", "data/real"])
            await client.PutObjectAsync(new PutObjectRequest { BucketName = "fireproofbench-tests", Key = $"{prefix}/{key}", ContentBody = "x", UseChunkEncoding = false }, Token);
        Assert.Equal("data/real", Assert.Single((await gateway.ListAsync("", null, 10, Token)).Objects).Key);
        ListPage first = await gateway.ListAsync("", null, 1, Token);
        Assert.Empty(first.Objects);
        Assert.NotNull(first.After);
        foreach (string key in (string[])["data/", "data//x", ".fireproofbench/probe-1/a", "data/real"])
            await client.DeleteObjectAsync("fireproofbench-tests", $"{prefix}/{key}", Token);
    }

    private static async Task<StorageErrorKind> KindAsync(Func<Task> call) => (await Assert.ThrowsAsync<StorageException>(call)).Kind;
}
