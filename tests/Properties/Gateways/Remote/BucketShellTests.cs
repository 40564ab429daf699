using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.S3;
using FireproofBench.Properties.Reference;
using FireproofBench.Properties.Shell;
using Xunit;

namespace FireproofBench.Properties.Gateways.Remote;

/// <summary>The database shell on a bucket, and folders that a plain S3 client copies into it and out of it.</summary>
public sealed class BucketShellTests(ReferenceEngine reference)
{
    private const string Bucket = "fireproofbench-tests";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("03-hundred-docs")]
    [InlineData("08-multi-head-meta")]
    [InlineData("12b-compacted-twice")]
    [InlineData("13-unencrypted")]
    public async Task A_folder_of_the_reference_engine_that_is_copied_into_a_bucket_is_read_there(string fixture)
    {
        S3Server server = await RequireAsync();
        using ShellFolder folder = ShellFolder.Of(fixture);
        string prefix = S3Server.FreshPrefix();
        using AmazonS3Client client = server.Client();
        await client.PutBucketAsync(Bucket, Token);
        foreach (string file in Directory.EnumerateFiles(folder.Store, "*", SearchOption.AllDirectories))
        {
            string key = $"{prefix}/{Path.GetRelativePath(folder.Store, file).Replace('\\', '/')}";
            await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, FilePath = file, UseChunkEncoding = false }, Token);
        }

        string[] access = folder.Access();
        ShellResult there = await ShellFolder.RunAsync("", ["db", "dump", server.Url(prefix), "--deleted", .. access]);
        Assert.True(there.Exit == 0, there.Error);
        Assert.Equal((await folder.DbAsync("dump", "", "--deleted")).Output, there.Output);
        ShellResult verified = await ShellFolder.RunAsync("", ["db", "verify", server.Url(prefix), .. access]);
        Assert.True(verified.Exit == 0, verified.Output + verified.Error);
    }

    [Fact]
    public async Task What_is_written_to_a_bucket_and_copied_out_of_it_is_read_by_the_reference_engine()
    {
        S3Server server = await RequireAsync();
        using ShellFolder folder = ShellFolder.Of("02-one-doc");
        string prefix = S3Server.FreshPrefix();
        string[] access = folder.Access();

        // The reference engine reads its one file of heads only.
        string url = server.Url(prefix) + "&heads=single";
        ShellResult imported = await ShellFolder.RunAsync("""{"put":{"_id":"a","v":1}}""" + "\n" + """{"bulk":[{"_id":"b","v":2},{"_id":"c"}]}""" + "\n" + """{"del":"c"}""", ["db", "import", url, .. access]);
        Assert.True(imported.Exit == 0, imported.Error);
        string copy = folder.At("copy");
        using AmazonS3Client client = server.Client();
        ListObjectsV2Response listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix + "/" }, Token);
        foreach (S3Object found in listed.S3Objects)
        {
            using GetObjectResponse got = await client.GetObjectAsync(Bucket, found.Key, Token);
            await got.WriteResponseStreamToFileAsync(Path.Combine(copy, found.Key[(prefix.Length + 1)..]), append: false, Token);
        }

        await using ReferenceDatabase database = await reference.OpenAsync(new ReferenceLocation(copy, Fixture.DatabaseName, folder.KeyBag), Token);
        ReferenceReading reading = await database.ReadAsync(changes: false, Token);
        Assert.Equal(
            [new ReferenceDocument("a", """{"_id":"a","v":1}"""), new ReferenceDocument("b", """{"_id":"b","v":2}"""), new ReferenceDocument("c", null)],
            reading.Documents.OrderBy(d => d.Id, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_missing_bucket_is_an_error_and_not_an_empty_database()
    {
        S3Server server = await RequireAsync();
        using ShellFolder folder = ShellFolder.Of("02-one-doc");
        string url = server.Url("x").Replace(Bucket, "there-is-no-such-bucket", StringComparison.Ordinal).Replace("&create=true", "", StringComparison.Ordinal);
        ShellResult result = await ShellFolder.RunAsync("", ["db", "import", url, .. folder.Access()]);
        Assert.Equal(2, result.Exit);
        Assert.Contains("there-is-no-such-bucket", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(server.SecretKey, result.Error, StringComparison.Ordinal);
    }

    // The shell takes its credentials from the environment, as a user's would.
    private static async Task<S3Server> RequireAsync()
    {
        S3Server server = await S3Server.RequireAsync("ceph");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", server.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", server.SecretKey);
        return server;
    }
}
