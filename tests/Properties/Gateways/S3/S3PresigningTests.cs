using System.Globalization;
using System.Net;
using System.Web;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>Addresses by which a plain HTTP client reads and writes an object.</summary>
public sealed class S3PresigningTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_its_address_an_object_is_stored_and_read_without_credentials()
    {
        await using S3DataGateway gateway = (await S3Server.RequireAsync("ceph")).Open();
        const string Key = "data/é (1)+'&=~.car";
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)(i * 7))];
        using HttpClient client = new();
        PresignedRequest put = await gateway.PresignAsync(PresignedMethod.Put, Key, TimeSpan.FromMinutes(1), Token);
        Assert.Equal(HttpStatusCode.OK, await PutAsync(client, put.Address, bytes));
        Assert.Equal(bytes, (await gateway.GetAsync(Key, null, Token))!.Bytes.ToArray());
        PresignedRequest get = await gateway.PresignAsync(PresignedMethod.Get, Key, TimeSpan.FromMinutes(1), Token);
        Assert.Equal(bytes, await client.GetByteArrayAsync(get.Address, Token));
        Assert.InRange(get.Expires, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Empty(put.Headers);
        _ = await gateway.DeleteAsync(Key, null, Token);
    }

    [Fact]
    public async Task An_address_is_good_for_its_key_and_its_method_and_for_no_longer_than_it_says()
    {
        S3Server store = await S3Server.RequireAsync("ceph");
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = store.Open(prefix);
        _ = await gateway.PutAsync("a", new byte[1], PutCondition.None, Token);
        _ = await gateway.PutAsync("b", new byte[1], PutCondition.None, Token);
        using HttpClient client = new();
        string get = (await gateway.PresignAsync(PresignedMethod.Get, "a", TimeSpan.FromMinutes(1), Token)).Address.AbsoluteUri;
        Assert.Equal(HttpStatusCode.OK, await GetAsync(client, get));
        foreach (string tampered in (string[])
            [get.Replace("/a?", "/b?", StringComparison.Ordinal), get.Replace("Expires=60", "Expires=61", StringComparison.Ordinal), get[..^1] + (get[^1] == '0' ? '1' : '0')])
        {
            Assert.NotEqual(get, tampered);
            Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(client, tampered));
        }

        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(client, new Uri(get), new byte[2]));
        await using S3DataGateway anHourAgo = new(store.Options(prefix), TestOptions.Of() with { Time = new ShiftedTime(TimeSpan.FromHours(-1)) });
        PresignedRequest expired = await anHourAgo.PresignAsync(PresignedMethod.Get, "a", TimeSpan.FromMinutes(1), Token);
        Assert.True(expired.Expires < DateTimeOffset.UtcNow);
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(client, expired.Address.AbsoluteUri));
        PresignedRequest still = await anHourAgo.PresignAsync(PresignedMethod.Get, "a", TimeSpan.FromHours(2), Token);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(client, still.Address.AbsoluteUri));
        _ = await gateway.DeleteAsync("a", null, Token);
        _ = await gateway.DeleteAsync("b", null, Token);
    }

    // The client library signs by the system's clock; with the moment that it took, both have to say the same.
    [Theory]
    [InlineData("http://store.test:9000", true, "buck", "http://store.test:9000/buck/p/")]
    [InlineData("http://store.test:9000", false, "buck", "http://buck.store.test:9000/p/")]
    [InlineData("https://store.test", false, "buck", "https://buck.store.test/p/")]
    [InlineData("https://store.test", false, "my.buck", "https://store.test/my.buck/p/")]
    [InlineData(null, false, "buck", "https://buck.s3.eu-west-1.amazonaws.com/p/")]
    public async Task An_address_is_the_one_that_the_client_library_makes(string? endpoint, bool pathStyle, string bucket, string start)
    {
        foreach (AWSCredentials credentials in (AWSCredentials[])[new BasicAWSCredentials("AKID", "secret"), new SessionAWSCredentials("AKID", "secret", "to/ken+=")])
        {
            const string Key = "data/é (1)+'&=~.car";
            AmazonS3Config config = new() { ForcePathStyle = pathStyle };
            if (endpoint is null)
                config.RegionEndpoint = Amazon.RegionEndpoint.EUWest1;
            else
                (config.ServiceURL, config.AuthenticationRegion) = (endpoint, "eu-west-1");
            using AmazonS3Client client = new(credentials, config);
            Uri expected = new(await client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Key = "p/" + Key,
                Verb = HttpVerb.PUT,
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = endpoint?.StartsWith("http:", StringComparison.Ordinal) == true ? Protocol.HTTP : Protocol.HTTPS,
            }));
            System.Collections.Specialized.NameValueCollection query = HttpUtility.ParseQueryString(expected.Query);
            DateTimeOffset moment = DateTimeOffset.ParseExact(query["X-Amz-Date"]!, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            S3Options options = new() { Bucket = bucket, Prefix = "p", Endpoint = endpoint is null ? null : new Uri(endpoint), Region = "eu-west-1", PathStyle = pathStyle, Credentials = credentials };
            await using S3DataGateway gateway = new(options, TestOptions.Of() with { Time = new StoppedTime(moment.AddMilliseconds(700)) });
            TimeSpan lifetime = TimeSpan.FromSeconds(int.Parse(query["X-Amz-Expires"]!, CultureInfo.InvariantCulture));
            PresignedRequest made = await gateway.PresignAsync(PresignedMethod.Put, Key, lifetime, Token);
            Assert.StartsWith(start, made.Address.AbsoluteUri, StringComparison.Ordinal);
            Assert.Equal(Parts(expected), Parts(made.Address));
            Assert.Equal(moment + lifetime, made.Expires);
        }
    }

    [Fact]
    public async Task A_lifetime_is_cut_to_the_protocol_s_seven_days_and_none_or_a_bad_key_is_refused()
    {
        S3Options options = new() { Bucket = "b", Endpoint = new Uri("http://store.test"), Credentials = new BasicAWSCredentials("AKID", "a-secret") };
        DateTimeOffset now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        await using S3DataGateway gateway = new(options, TestOptions.Of() with { Time = new StoppedTime(now) });
        PresignedRequest made = await gateway.PresignAsync(PresignedMethod.Get, "k", TimeSpan.FromDays(30), Token);
        Assert.Equal(now.AddDays(7), made.Expires);
        Assert.Contains("X-Amz-Expires=604800&", made.Address.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", made.Address.AbsoluteUri, StringComparison.Ordinal);
        _ = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await gateway.PresignAsync(PresignedMethod.Get, "k", TimeSpan.Zero, Token));
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PresignAsync(PresignedMethod.Get, "../k", TimeSpan.FromDays(1), Token));
        Assert.Equal(StorageErrorKind.InvalidName, refused.Kind);
    }

    private static string[] Parts(Uri address) => [address.GetLeftPart(UriPartial.Path), .. address.Query.TrimStart('?').Split('&').Order(StringComparer.Ordinal)];

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string address)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(address), Token);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient client, Uri address, byte[] bytes)
    {
        using ByteArrayContent content = new(bytes);
        using HttpResponseMessage answer = await client.PutAsync(address, content, Token);
        return answer.StatusCode;
    }
}
