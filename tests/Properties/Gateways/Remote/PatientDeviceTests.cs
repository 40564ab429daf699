using Amazon.Runtime;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Gateways.Http;
using FireproofBench.Properties.Gateways.S3;
using Xunit;
using Answer = FireproofBench.Properties.Gateways.S3.FakeStore.Answer;

namespace FireproofBench.Properties.Gateways.Remote;

/// <summary>Databases that a URL opens on a server: what fails in passing is asked for again, what must not happen twice is not. Objects alone are opened as they are.</summary>
public sealed class PatientDeviceTests
{
    private const string Mark = "Fireproof-Endpoint: 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_that_fails_in_passing_is_asked_again()
    {
        int asked = 0;
        await using FakeStore store = new(request => Interlocked.Increment(ref asked) % 2 == 1
            ? Answer.Error(503, "SlowDown")
            : request.Has("list-type=2") ? Answer.Of(200, "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>") : Answer.Of(200, "", "ETag: \"e\""));
        await using FireproofBench.Gateways.Remote.RemoteDeviceStore device = Open(store);
        Assert.Equal("e", await device.Data.PutAsync("k", new byte[1], PutCondition.None, Token));
        Assert.Empty((await device.Metadata.ReadAsync(Token)).Entries);
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_conditional_put_to_a_bucket_whose_answer_was_lost_is_sent_once()
    {
        S3Capabilities all = new() { Create = S3Support.Enforced };
        await using FakeStore store = new(static request => request.Method == "PUT" ? Answer.Reset : Answer.Error(404, "NoSuchKey"));
        await using S3DataGateway bucket = new(Url(store).Options, TestOptions.Of(), all);
        await using FireproofBench.Gateways.Wrapping.RetryingGateway patient = new(bucket, FireproofBench.Gateways.Wrapping.RetryOptions.Of(TestOptions.Of()), leaveOpen: true);
        StorageException lost = await Assert.ThrowsAsync<StorageException>(async () => await patient.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token));
        Assert.Equal(StorageErrorKind.Ambiguous, lost.Kind);
        Assert.Single(store.Requests, static request => request.Method == "PUT");
    }

    [Fact]
    public async Task An_endpoint_that_fails_in_passing_is_asked_again_for_objects_and_for_heads()
    {
        int asked = 0;
        await using FakeServer server = new(request => request.AnswerAsync(Interlocked.Increment(ref asked) % 2 == 1
            ? $"503 Service Unavailable\n{Mark}"
            : request.Target.EndsWith("/heads", StringComparison.Ordinal) && request.Method == "GET"
                ? $$"""200 OK{{"\n"}}{{Mark}}{{"\n"}}Content-Type: application/json{{"\n\n"}}{"type":"snapshot","cursor":"a.1","heads":[]}"""
                : $"204 No Content\nETag: \"e\"\n{Mark}"));
        await using IDeviceStore device = GatewayUrl.Parse(server.Address.AbsoluteUri).OpenDevice("notes", TestOptions.Of());
        _ = await device.Data.PutAsync("k", new byte[1], PutCondition.None, Token);
        Assert.Empty((await device.Metadata.ReadAsync(Token)).Entries);
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_conditional_put_to_an_endpoint_whose_answer_was_lost_is_sent_once()
    {
        await using FakeServer server = new(static async request =>
        {
            if (request.Method != "PUT")
            {
                await request.AnswerAsync($"404 Not Found\nFireproof-Error: Absent\n{Mark}");
                return;
            }

            _ = await request.ReadBodyAsync();
            request.Reset();
        });
        await using IDeviceStore device = GatewayUrl.Parse(server.Address.AbsoluteUri).OpenDevice("notes", TestOptions.Of());
        StorageException lost = await Assert.ThrowsAsync<StorageException>(async () => await device.Data.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token));
        Assert.Equal(StorageErrorKind.Ambiguous, lost.Kind);
        Assert.Single(server.Requests, static request => request.Method == "PUT");
    }

    [Fact]
    public async Task Objects_that_a_url_opens_are_not_asked_for_again()
    {
        await using FakeServer server = new($"503 Service Unavailable\n{Mark}");
        await using IDataGateway data = GatewayUrl.Parse(server.Address.AbsoluteUri + "?database=notes").OpenData(TestOptions.Of());
        Assert.Equal(StorageErrorKind.Transient, (await Assert.ThrowsAsync<StorageException>(async () => await data.HeadAsync("k", Token))).Kind);
        Assert.Single(server.Requests);
    }

    private static S3Url Url(FakeStore store)
    {
        S3Url url = S3Url.Parse($"s3://b?endpoint={store.Endpoint.GetLeftPart(UriPartial.Authority)}&pathStyle=true");
        return url with { Options = url.Options with { Credentials = new BasicAWSCredentials("an-access-key", "a-secret") } };
    }

    private static FireproofBench.Gateways.Remote.RemoteDeviceStore Open(FakeStore store) => Url(store).OpenDevice("notes", TestOptions.Of());
}
