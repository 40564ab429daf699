using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.S3;
using Xunit;
using Answer = FireproofBench.Properties.Gateways.S3.FakeStore.Answer;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>What servers do at their worst, and what the gateway makes of it. Codes are those of the S3 API reference, "Error responses".</summary>
public sealed partial class S3FailuresTests
{
    private const string Html = "<html><body><h1>Please log in</h1></body></html>";
    private const string Secret = "a-secret-that-is-in-no-message";

    private static readonly S3Capabilities _all = new() { Create = S3Support.Enforced, Replace = S3Support.Enforced, Delete = S3Support.Enforced };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403, "SignatureDoesNotMatch", StorageErrorKind.NotAuthorized, "secret key")]
    [InlineData(403, "InvalidAccessKeyId", StorageErrorKind.NotAuthorized, "access key")]
    [InlineData(403, "AccessDenied", StorageErrorKind.NotAuthorized, "policy")]
    [InlineData(403, "RequestTimeTooSkewed", StorageErrorKind.NotAuthorized, "set the clock")]
    [InlineData(400, "ExpiredToken", StorageErrorKind.NotAuthorized, "expired")]
    [InlineData(404, "NoSuchBucket", StorageErrorKind.MissingContainer, "create=true")]
    [InlineData(400, "AuthorizationHeaderMalformed", StorageErrorKind.Permanent, "region")]
    [InlineData(301, "PermanentRedirect", StorageErrorKind.Permanent, "region")]
    [InlineData(400, "KeyTooLongError", StorageErrorKind.InvalidName, "length")]
    [InlineData(400, "InvalidArgument", StorageErrorKind.Permanent, "refused")]
    [InlineData(409, "OperationAborted", StorageErrorKind.Conflict, "under way")]
    [InlineData(429, "TooManyRequests", StorageErrorKind.Throttled, "slower")]
    [InlineData(503, "SlowDown", StorageErrorKind.Throttled, "slower")]
    [InlineData(503, "ServiceUnavailable", StorageErrorKind.Transient, "not ready")]
    [InlineData(500, "InternalError", StorageErrorKind.Transient, "failed")]
    [InlineData(507, "InsufficientStorage", StorageErrorKind.NoSpace, "room")]
    [InlineData(403, "QuotaExceeded", StorageErrorKind.NoSpace, "")]
    [InlineData(501, "NotImplemented", StorageErrorKind.Unsupported, "function")]
    public async Task An_error_of_the_store_has_its_kind_its_status_its_request_and_what_to_do(int status, string code, StorageErrorKind kind, string advice)
    {
        await using FakeStore store = new(_ => Answer.Error(status, code));
        await using S3DataGateway gateway = Open(store.Endpoint);
        foreach (Func<Task> call in Calls(gateway).Where(c => status < 500 || c.Name != "head").Select(c => c.Run))
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(kind, failure.Kind);
            Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
            Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
            Assert.Contains("request-7", failure.Message, StringComparison.Ordinal);
        }

        // Nothing was repeated: a request for each call, and one more where a head cannot tell.
        Assert.True(store.Requests.Count <= 6);
    }

    [Fact]
    public async Task A_head_in_a_missing_bucket_is_no_absence()
    {
        await using FakeStore store = new(static request => request.Method == "HEAD" ? Answer.Of(404, "") : Answer.Error(404, "NoSuchBucket"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.MissingContainer, await KindAsync(() => gateway.HeadAsync("k", Token).AsTask()));
    }

    [Fact]
    public async Task Only_a_missing_key_is_an_absence()
    {
        await using FakeStore store = new(static request => request.Method == "HEAD" ? Answer.Of(404, "") : Answer.Error(404, "NoSuchKey"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Null(await gateway.GetAsync("k", null, Token));
        Assert.Null(await gateway.HeadAsync("k", Token));
        Assert.False(await gateway.DeleteAsync("k", null, Token));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_server_that_answers_in_html_is_told_as_no_store(int status)
    {
        await using FakeStore store = new(_ => Answer.OfOther(status, Html.Length, Html, "Content-Type: text/html", "Location: https://login.example/?token=" + Secret));
        await using S3DataGateway gateway = Open(store.Endpoint);
        foreach ((string name, Func<Task> call) in Calls(gateway).Where(c => status != 200 || c.Name != "delete"))
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.True(failure.Kind == StorageErrorKind.Permanent, $"{name}: {failure.Kind} {failure.Message}");
            Assert.DoesNotContain(Secret, failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(503, "120", 120)]
    [InlineData(429, "0", 0)]
    [InlineData(503, "Mon, 23 Nov 2026 00:00:30 GMT", 30)]
    public async Task A_wish_to_wait_is_handed_on(int status, string header, int seconds)
    {
        await using FakeStore store = new(_ => Answer.Error(status, "ServiceUnavailable", "Retry-After: " + header));
        await using S3DataGateway gateway = Open(store.Endpoint, time: new FixedTime());
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.GetAsync("k", null, Token));
        Assert.Equal((StorageErrorKind.Throttled, TimeSpan.FromSeconds(seconds)), (failure.Kind, failure.RetryAfter));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_breaks_off_is_never_a_short_object(bool resets)
    {
        await using FakeStore store = new(_ => Answer.Raw(200, 100, "only this", "ETag: \"e\"") with { Closes = true, Resets = resets });
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Transient, await KindAsync(() => gateway.GetAsync("k", null, Token).AsTask()));
    }

    [Fact]
    public async Task A_whole_object_that_does_not_have_the_md5_of_its_tag_is_corrupt()
    {
        await using FakeStore store = new(_ => Answer.Of(200, "other bytes", "ETag: \"d41d8cd98f00b204e9800998ecf8427e\""));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Corrupt, await KindAsync(() => gateway.GetAsync("k", null, Token).AsTask()));
    }

    [Fact]
    public async Task Another_part_than_asked_for_is_refused()
    {
        await using FakeStore store = new(_ => Answer.Of(206, "0123456789", "ETag: \"e\"", "Content-Range: bytes 5-14/100"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Permanent, await KindAsync(() => gateway.GetAsync("k", new ByteRange(0, 10), Token).AsTask()));
        Assert.Equal("0123456789"u8.ToArray(), (await gateway.GetAsync("k", new ByteRange(5, 10), Token))!.Bytes.ToArray());
    }

    [Fact]
    public async Task A_store_that_ignores_ranges_still_gives_the_part()
    {
        await using FakeStore store = new(_ => Answer.Of(200, "0123456789", "ETag: \"e\""));
        await using S3DataGateway gateway = Open(store.Endpoint);
        ObjectContent content = (await gateway.GetAsync("k", new ByteRange(3, 4), Token))!;
        Assert.Equal("3456"u8.ToArray(), content.Bytes.ToArray());
        Assert.Equal(10, content.Info.Length);
    }

    [Fact]
    public async Task A_reset_connection_is_transient_and_so_is_a_store_that_says_nothing()
    {
        await using FakeStore resetting = new(_ => Answer.Reset);
        await using S3DataGateway first = Open(resetting.Endpoint);
        await using FakeStore hanging = new(_ => Answer.Hang);
        await using S3DataGateway second = Open(hanging.Endpoint, timeout: TimeSpan.FromMilliseconds(200));
        foreach (S3DataGateway gateway in (S3DataGateway[])[first, second])
        {
            foreach ((string name, Func<Task> call) in Calls(gateway))
                Assert.True(await KindAsync(call) == StorageErrorKind.Transient, name);
        }
    }

    [Fact]
    public async Task A_call_to_a_store_that_says_nothing_ends_when_it_is_cancelled()
    {
        await using FakeStore hanging = new(_ => Answer.Hang);
        await using S3DataGateway gateway = Open(hanging.Endpoint);
        using CancellationTokenSource end = new(TimeSpan.FromMilliseconds(100));
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await gateway.GetAsync("k", null, end.Token));
        Assert.Equal(end.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_a_port_where_nobody_listens_and_a_server_without_tls_are_told_apart()
    {
        await using S3DataGateway unknown = Open(new Uri("http://no-such-host.invalid:9000"));
        StorageException name = await Assert.ThrowsAsync<StorageException>(async () => await unknown.HeadAsync("k", Token));
        Assert.Contains("no-such-host.invalid", name.Message, StringComparison.Ordinal);
        Assert.Equal(StorageErrorKind.Transient, name.Kind);
        Assert.Contains("cannot be resolved", name.Message, StringComparison.Ordinal);

        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Uri closed = new($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        free.Stop();
        await using S3DataGateway refused = Open(closed);
        StorageException port = await Assert.ThrowsAsync<StorageException>(async () => await refused.HeadAsync("k", Token));
        Assert.Equal(StorageErrorKind.Transient, port.Kind);
        Assert.Contains("nothing listens", port.Message, StringComparison.Ordinal);

        await using FakeStore plain = new(_ => Answer.Of(400, Html));
        await using S3DataGateway tls = Open(new UriBuilder(plain.Endpoint) { Scheme = "https" }.Uri);
        StorageException handshake = await Assert.ThrowsAsync<StorageException>(async () => await tls.HeadAsync("k", Token));
        Assert.Contains("TLS", handshake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_in_place_of_an_acknowledgement_does_not_say_that_an_object_is_gone()
    {
        await using FakeStore store = new(static _ => Answer.Of(200, "<html>please log in</html>", "Content-Type: text/html"));
        await using S3DataGateway gateway = Open(store.Endpoint);
        Assert.Equal(StorageErrorKind.Permanent, await KindAsync(() => gateway.DeleteAsync("k", null, Token).AsTask()));
    }

    [Theory]
    [InlineData("http://portal.invalid/login?secret", " to http://portal.invalid ")]
    [InlineData("/login?secret", "redirects;")]
    public async Task A_redirect_for_now_to_somebody_else_is_not_followed(string target, string advice)
    {
        await using FakeStore store = new(_ => Answer.Of(307, "", "Location: " + target));
        await using S3DataGateway gateway = Open(store.Endpoint);
        foreach (Func<Task> call in (Func<Task>[])[
            () => gateway.GetAsync("k", null, Token).AsTask(), () => gateway.PutAsync("k", new byte[1], PutCondition.None, Token).AsTask(), () => gateway.ListAsync("", null, 9, Token).AsTask()])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageErrorKind.Permanent, failure.Kind);
            Assert.Contains(advice.Trim(), failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(3, store.Requests.Count);
    }

    [Theory]
    [InlineData(S3Support.Refused)]
    [InlineData(S3Support.Ignored)]
    internal async Task A_condition_that_the_store_does_not_keep_is_refused_before_anything_is_sent(S3Support support)
    {
        await using FakeStore store = new(static _ => Answer.Of(200, "", "ETag: \"e\""));
        await using S3DataGateway gateway = Open(store.Endpoint, new S3Capabilities { Create = support, Replace = support, Delete = support });
        Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => gateway.PutAsync("k", new byte[3], PutCondition.IfAbsent, Token).AsTask()));
        Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => gateway.PutAsync("k", new byte[3], PutCondition.IfMatches("v"), Token).AsTask()));
        Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => gateway.DeleteAsync("k", "v", Token).AsTask()));
        Assert.Empty(store.Requests);
        Assert.Equal(support == S3Support.Ignored ? IgnoredConditions.Create | IgnoredConditions.Replace | IgnoredConditions.Delete : IgnoredConditions.None, gateway.Traits.Ignored);
    }

    private static async Task Resetting(Func<S3DataGateway, Task> call)
    {
        await using FakeStore store = new(_ => Answer.Reset);
        await using S3DataGateway gateway = Open(store.Endpoint);
        await call(gateway);
    }

    private static (string Name, Func<Task> Run)[] Calls(S3DataGateway gateway) =>
    [
        ("put", () => gateway.PutAsync("k", new byte[3], PutCondition.None, Token).AsTask()),
        ("get", () => gateway.GetAsync("k", null, Token).AsTask()),
        ("head", () => gateway.HeadAsync("k", Token).AsTask()),
        ("delete", () => gateway.DeleteAsync("k", null, Token).AsTask()),
        ("list", () => gateway.ListAsync("", null, 10, Token).AsTask()),
    ];

    private static async Task<StorageErrorKind> KindAsync(Func<Task> call) => (await Assert.ThrowsAsync<StorageException>(call)).Kind;

    private static S3DataGateway Open(Uri endpoint, TimeProvider? time = null, TimeSpan? timeout = null) => Open(endpoint, _all, time, timeout);

    private static S3DataGateway Open(Uri endpoint, S3Capabilities? known, TimeProvider? time = null, TimeSpan? timeout = null) => new(
        new S3Options
        {
            Bucket = "b",
            Prefix = "p",
            Endpoint = endpoint,
            PathStyle = true,
            Timeout = timeout ?? TimeSpan.FromSeconds(20),
            Credentials = new BasicAWSCredentials("an-access-key", Secret),
        },
        TestOptions.Of() with { Time = time ?? TimeProvider.System },
        known);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    }
}
