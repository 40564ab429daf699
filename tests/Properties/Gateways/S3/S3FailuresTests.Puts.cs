using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.S3;
using Xunit;
using Answer = FireproofBench.Properties.Gateways.S3.FakeStore.Answer;

namespace FireproofBench.Properties.Gateways.S3;

/// <content>Puts: lost answers, ignored conditions, parts, and puts that others overtake.</content>
public sealed partial class S3FailuresTests
{
    // What Swift's S3 middleware sends for the status 202 of Swift itself.
    private const string Accepted = "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_put_that_a_later_one_overtook_is_sent_again(int overtaken)
    {
        int left = overtaken;
        await using FakeStore store = new(_ => left-- > 0 ? Answer.Of(200, Accepted, "x-amz-request-id: tx1") : Answer.Of(200, "", "ETag: \"now\""));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal("now", await gateway.PutAsync("k", "content"u8.ToArray(), PutCondition.None, Token));
        Assert.Equal(overtaken + 1, store.Requests.Count);
    }

    [Fact]
    public async Task A_page_without_a_request_id_in_place_of_an_acknowledgement_is_none_and_is_not_sent_again()
    {
        await using FakeStore store = new(static _ => Answer.OfOther(200, Html.Length, Html));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Permanent, await KindAsync(() => gateway.PutAsync("k", "content"u8.ToArray(), PutCondition.None, Token).AsTask()));
        Assert.Single(store.Requests);
    }

    [Fact]
    public async Task A_put_that_is_overtaken_each_time_is_not_acknowledged()
    {
        await using FakeStore store = new(static _ => Answer.Of(200, Accepted, "x-amz-request-id: tx1"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", "content"u8.ToArray(), PutCondition.None, Token));
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
        Assert.Contains("clock", failure.Message, StringComparison.Ordinal);
        Assert.InRange(store.Requests.Count, 2, 20);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task A_conditional_put_whose_answer_is_lost_is_settled_by_its_nonce(bool wasStored, bool creates)
    {
        string? nonce = null;
        await using FakeStore store = new(request =>
        {
            if (request.Method == "PUT")
            {
                nonce = request.Headers[S3DataGateway.NonceName];
                return Answer.Reset;
            }

            return Answer.Of(200, "", "ETag: \"now\"", $"{S3DataGateway.NonceName}: {(wasStored ? nonce : "another")}");
        });
        await using S3DataGateway gateway = Open(store.Endpoint);
        PutCondition condition = creates ? PutCondition.IfAbsent : PutCondition.IfMatches("before");
        Task<string> put = gateway.PutAsync("k", new byte[3], condition, Token).AsTask();
        if (wasStored)
            Assert.Equal("now", await put);
        else
            Assert.Equal(StorageErrorKind.Ambiguous, await KindAsync(() => put));
        Assert.Equal(1, store.Requests.Count(static r => r.Method == "PUT"));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task A_lost_conditional_put_that_changed_nothing_yet_may_still_do_so(bool creates, bool answers)
    {
        await using FakeStore store = new(request => request.Method switch
        {
            "PUT" => answers ? Answer.Error(500, "InternalError") : Answer.Reset,
            _ when !creates => Answer.Of(200, "", "ETag: \"before\""),
            "HEAD" => Answer.Of(404, ""),
            _ => Answer.Error(404, "NoSuchKey"),
        });
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Ambiguous, await KindAsync(() => gateway.PutAsync("k", new byte[3], creates ? PutCondition.IfAbsent : PutCondition.IfMatches("before"), Token).AsTask()));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_conditional_put_that_the_store_asked_to_send_later_is_settled_before_it_is_sent_again(bool wasStored, bool isReadable)
    {
        string? nonce = null;
        await using FakeStore store = new(request =>
        {
            if (request.Method == "PUT")
            {
                nonce = request.Headers[S3DataGateway.NonceName];
                return Answer.Error(503, "SlowDown", "Retry-After: 7");
            }

            return wasStored ? Answer.Of(200, "", "ETag: \"now\"", $"{S3DataGateway.NonceName}: {nonce}") : Answer.Of(isReadable ? 404 : 503, "");
        });
        await using S3DataGateway gateway = Open(store.Endpoint);
        Task<string> put = gateway.PutAsync("k", new byte[3], PutCondition.IfAbsent, Token).AsTask();
        if (wasStored)
            Assert.Equal("now", await put);
        else
            Assert.Equal(isReadable ? StorageErrorKind.Throttled : StorageErrorKind.Ambiguous, await KindAsync(() => put));
        Assert.Equal(1, store.Requests.Count(static r => r.Method == "PUT"));
    }

    [Fact]
    public async Task A_lost_conditional_put_that_cannot_be_read_back_is_ambiguous()
    {
        await using FakeStore store = new(static request => request.Method == "PUT" ? Answer.Reset : Answer.Error(500, "InternalError"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Ambiguous, await KindAsync(() => gateway.PutAsync("k", new byte[3], PutCondition.IfAbsent, Token).AsTask()));
        Assert.Equal(StorageErrorKind.Ambiguous, await KindAsync(() => Resetting(gateway => gateway.DeleteAsync("k", "v", Token).AsTask())));
    }

    [Fact]
    public async Task A_store_that_ignores_conditions_is_found_out_and_left_as_it_was()
    {
        HashSet<string> there = [];
        await using FakeStore store = new(request =>
        {
            if (request.Method == "DELETE")
                _ = there.Remove(request.Path);
            if (request.Method == "PUT")
                _ = there.Add(request.Path);
            return request.Method switch
            {
                "POST" when request.Has("uploads") => Answer.Of(200, "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
                "POST" when request.Has("delete") => Answer.Of(200, "<DeleteResult></DeleteResult>"),
                "POST" => Answer.Of(200, "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"),
                "GET" => Answer.Of(200, "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>"),
                "DELETE" => Answer.Of(204, ""),
                _ => Answer.Of(200, "", "ETag: \"e\""),
            };
        });
        await using S3DataGateway gateway = Open(store.Endpoint, known: null);
        await gateway.ProbeAsync(Token);
        Assert.Equal(IgnoredConditions.Create | IgnoredConditions.Replace | IgnoredConditions.Delete, gateway.Traits.Ignored);
        Assert.False(gateway.Traits.ConditionalCreate || gateway.Traits.ConditionalReplace || gateway.Traits.ConditionalDelete);
        Assert.Equal(4, gateway.Traits.Quirks.Count(static q => q.Contains("ignored", StringComparison.Ordinal)));
        Assert.Empty(there);
        Assert.All(store.Requests.Where(static r => r.Method is "PUT" or "DELETE"), static r => Assert.Contains("/p/.fireproofbench/probe-", r.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("part")]
    [InlineData("error-in-200")]
    [InlineData("nothing-in-200")]
    [InlineData("cancelled")]
    public async Task An_upload_in_parts_that_fails_or_is_cancelled_is_taken_back(string how)
    {
        using CancellationTokenSource end = new();
        await using FakeStore store = new(request =>
        {
            if (request.Has("partNumber") && how == "cancelled")
            {
                end.Cancel();
                return Answer.Hang;
            }

            return request.Method switch
            {
                "POST" when request.Has("uploads") => Answer.Of(200, "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
                "POST" when how == "error-in-200" => Answer.Error(200, "InternalError"),
                "POST" => Answer.Of(200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"),
                "PUT" when how == "part" && request.Has("partNumber=2") => Answer.Error(500, "InternalError"),
                "PUT" => Answer.Of(200, "", "ETag: \"part\""),
                "HEAD" => Answer.Of(404, ""),
                _ => Answer.Of(204, ""),
            };
        });
        await using S3DataGateway gateway = Open(store.Endpoint);
        Task put = gateway.PutAsync("large", new byte[17 << 20], PutCondition.None, end.Token).AsTask();
        if (how == "cancelled")
            _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        else
            Assert.Equal(StorageErrorKind.Transient, await KindAsync(() => put));
        Assert.Contains(store.Requests, static r => r.Method == "DELETE" && r.Has("uploadId=u"));
    }
}
