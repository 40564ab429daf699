using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>What becomes of the ways in which HTTP fails, each provoked by a server on a raw socket.</summary>
public sealed class HttpFailureTests
{
    private static readonly HttpCall s_read = new("get", "data/k", HttpEffect.Reads);
    private static readonly HttpCall s_put = new("put", "data/k", HttpEffect.Repeatable);
    private static readonly HttpCall s_create = new("put", "data/k", HttpEffect.Once);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("400 Bad Request", StorageErrorKind.Permanent)]
    [InlineData("401 Unauthorized", StorageErrorKind.NotAuthorized)]
    [InlineData("403 Forbidden", StorageErrorKind.NotAuthorized)]
    [InlineData("404 Not Found", StorageErrorKind.MissingContainer)]
    [InlineData("405 Method Not Allowed", StorageErrorKind.Unsupported)]
    [InlineData("407 Proxy Authentication Required", StorageErrorKind.NotAuthorized)]
    [InlineData("408 Request Timeout", StorageErrorKind.Transient)]
    [InlineData("409 Conflict", StorageErrorKind.Conflict)]
    [InlineData("412 Precondition Failed", StorageErrorKind.PreconditionFailed)]
    [InlineData("413 Content Too Large", StorageErrorKind.Unsupported)]
    [InlineData("414 URI Too Long", StorageErrorKind.InvalidName)]
    [InlineData("418 I am a teapot", StorageErrorKind.Permanent)]
    [InlineData("423 Locked", StorageErrorKind.Conflict)]
    [InlineData("429 Too Many Requests", StorageErrorKind.Throttled)]
    [InlineData("500 Internal Server Error", StorageErrorKind.Transient)]
    [InlineData("501 Not Implemented", StorageErrorKind.Unsupported)]
    [InlineData("502 Bad Gateway", StorageErrorKind.Transient)]
    [InlineData("503 Service Unavailable", StorageErrorKind.Transient)]
    [InlineData("503 Service Unavailable\nRetry-After: 7", StorageErrorKind.Throttled)]
    [InlineData("504 Gateway Timeout", StorageErrorKind.Transient)]
    [InlineData("507 Insufficient Storage", StorageErrorKind.NoSpace)]
    [InlineData("599 Strange", StorageErrorKind.Transient)]
    [InlineData("302 Found\nLocation: https://login.example/start?token=secret", StorageErrorKind.Permanent)]
    [InlineData("200 OK\nContent-Type: text/html\n\n<html>a portal</html>", StorageErrorKind.Permanent)]
    public async Task A_status_has_one_meaning(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(answer.Contains("\n\n", StringComparison.Ordinal) ? answer : answer + "\nX-Request-Id: r-17\n\n<html>secret</html>");
        StorageException failure = await RefusalAsync(server, s_read);
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(answer[..3], failure.Message, StringComparison.Ordinal);
        Assert.Contains(answer[0] == '2' ? "answers 200" : "r-17", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500 Internal Server Error", StorageErrorKind.Ambiguous)]
    [InlineData("502 Bad Gateway", StorageErrorKind.Ambiguous)]
    [InlineData("504 Gateway Timeout", StorageErrorKind.Ambiguous)]
    [InlineData("503 Service Unavailable", StorageErrorKind.Ambiguous)]
    [InlineData("503 Service Unavailable\nRetry-After: 7", StorageErrorKind.Ambiguous)]
    [InlineData("429 Too Many Requests", StorageErrorKind.Throttled)]
    [InlineData("412 Precondition Failed", StorageErrorKind.PreconditionFailed)]
    public async Task A_server_error_of_a_conditional_change_leaves_open_whether_it_happened(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(answer);
        Assert.Equal(kind, (await RefusalAsync(server, s_create)).Kind);
    }

    [Fact]
    public async Task A_wait_is_told_as_seconds_or_as_a_date_and_nonsense_is_none()
    {
        DateTimeOffset date = DateTimeOffset.UtcNow.AddMinutes(5);
        (string Header, double? Low, double High)[] cases =
            [("120", 120, 120), (date.ToString("r", CultureInfo.InvariantCulture), 200, 301), ("Mon, 01 Jan 2001 00:00:00 GMT", 0, 0), ("soon", null, 0), ("-5", null, 0)];
        foreach ((string header, double? low, double high) in cases)
        {
            await using FakeServer server = new($"429 Too Many Requests\nRetry-After: {header}");
            TimeSpan? wait = (await RefusalAsync(server, s_read)).RetryAfter;
            Assert.Equal(low is null, wait is null);
            if (low is { } least)
                Assert.InRange(wait!.Value.TotalSeconds, least, high);
        }
    }

    [Fact]
    public async Task A_redirect_is_named_without_its_query_and_not_followed()
    {
        await using FakeServer server = new("307 Temporary Redirect\nLocation: http://127.0.0.1:1/other?sig=secret");
        StorageException failure = await RefusalAsync(server, s_read);
        Assert.Contains("http://127.0.0.1:1/other", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        _ = Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Nobody_listening_no_such_name_and_no_trust_are_no_absence_and_had_no_effect()
    {
        await using FakeServer untrusted = new(static r => r.AnswerAsync("200 OK"), secure: true);
        await using FakeServer plain = new("200 OK");
        (Uri Address, StorageErrorKind Kind, string Word)[] cases =
        [
            (FakeServer.Nowhere(), StorageErrorKind.Transient, "nobody listens"),
            (new Uri("http://no-such-host.invalid/"), StorageErrorKind.Transient, "cannot be resolved"),
            (untrusted.Address, StorageErrorKind.Permanent, "certificate"),
            (new Uri($"https://127.0.0.1:{plain.Address.Port}/"), StorageErrorKind.Permanent, "TLS"),
        ];
        foreach ((Uri address, StorageErrorKind kind, string word) in cases)
        {
            foreach (HttpCall call in (HttpCall[])[s_read, s_create])
            {
                StorageException failure = await FailsAsync(address, call, new byte[10]);
                Assert.Equal(kind, failure.Kind);
                Assert.Contains(word, failure.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    public async Task An_answer_that_never_comes_whole_is_ambiguous_for_what_must_not_happen_twice(string fragment)
    {
        await using FakeServer server = new(async request =>
        {
            _ = await request.ReadBodyAsync();
            await request.WriteAsync(fragment);
            request.Close();
        });
        StorageErrorKind passing = fragment.StartsWith('S') ? StorageErrorKind.Permanent : StorageErrorKind.Transient;
        Assert.Equal(passing, (await FailsAsync(server.Address, s_read, null)).Kind);
        Assert.Equal(passing, (await FailsAsync(server.Address, s_put, new byte[10])).Kind);
        Assert.Equal(StorageErrorKind.Ambiguous, (await FailsAsync(server.Address, s_create, new byte[10])).Kind);
        Assert.Equal(StorageErrorKind.Ambiguous, (await FailsAsync(server.Address, s_create with { Operation = "delete" }, null)).Kind);
    }

    [Fact]
    public async Task A_request_that_never_left_whole_had_no_effect()
    {
        // The server answers the announcement by breaking off: the body was never sent.
        await using FakeServer server = new(static request =>
        {
            request.Reset();
            return Task.CompletedTask;
        });
        StorageException failure = await FailsAsync(server.Address, s_create, new byte[HttpLimits.ExpectContinueFrom * 40]);
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task A_conditional_change_is_sent_once_even_when_a_kept_connection_turns_out_closed()
    {
        int seen = 0;
        await using FakeServer server = new(async request =>
        {
            if (Interlocked.Increment(ref seen) == 1)
                await request.AnswerAsync("200 OK");
            else
                request.Reset();
        });
        using HttpTransport transport = Transport();
        using (HttpAnswer first = await SendAsync(transport, server.Address, s_read, null))
            _ = await first.ReadAsync(10);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            () => SendAsync(transport, server.Address, s_create with { Operation = "delete" }, null));
        Assert.Equal(StorageErrorKind.Ambiguous, failure.Kind);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", StorageErrorKind.Transient)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", StorageErrorKind.Transient)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n12345", StorageErrorKind.Permanent)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n123456789012345678901", StorageErrorKind.Unsupported)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n123456789012345678901\r\n0\r\n\r\n", StorageErrorKind.Unsupported)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345", StorageErrorKind.Permanent)]
    public async Task A_body_that_is_short_endless_packed_or_too_long_is_no_body(string answer, StorageErrorKind kind)
    {
        await using FakeServer server = new(async request =>
        {
            await request.WriteAsync(answer);
            request.Close();
        });
        using HttpTransport transport = Transport();
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            using HttpAnswer got = await SendAsync(transport, server.Address, s_read, null);
            _ = await got.ReadAsync(20);
        });
        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task A_part_is_cut_out_of_a_whole_without_waiting_for_the_rest()
    {
        await using FakeServer server = new(async request =>
        {
            await request.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + new string('a', 1000) + "bcd");
            await request.HangAsync();
        });
        using HttpTransport transport = Transport();
        using HttpAnswer answer = await SendAsync(transport, server.Address, s_read, null);
        Assert.Equal("abc", Encoding.ASCII.GetString(await answer.ReadPartAsync(999, 3, 20)));
    }

    [Fact]
    public async Task A_silent_server_is_waited_for_no_longer_than_said()
    {
        await using FakeServer server = new(static async request =>
        {
            _ = await request.ReadBodyAsync();
            await request.HangAsync();
        });
        using HttpTransport transport = Transport(idleMilliseconds: 200);
        foreach ((HttpCall call, StorageErrorKind kind) in ((HttpCall, StorageErrorKind)[])[(s_read, StorageErrorKind.Transient), (s_create, StorageErrorKind.Ambiguous)])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(() => SendAsync(transport, server.Address, call, new byte[1]));
            Assert.Equal(kind, failure.Kind);
            Assert.Contains("silent", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cancelling_ends_a_call_and_a_body_as_cancelled()
    {
        await using FakeServer server = new(static async request =>
        {
            if (request.Target == "/body")
                await request.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123");
            await request.HangAsync();
        });
        using HttpTransport transport = Transport();
        using CancellationTokenSource first = new(TimeSpan.FromMilliseconds(100));
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(transport, server.Address, s_create, new byte[1], first.Token));
        using CancellationTokenSource second = new();
        using HttpAnswer answer = await SendAsync(transport, new Uri(server.Address, "body"), s_read, null, second.Token);
        ValueTask<byte[]> reading = answer.ReadAsync(100);
        await second.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    [Theory]
    [InlineData(99_999)]
    [InlineData(100_001)]
    public async Task A_source_of_another_length_than_it_said_never_completes_the_request(int length)
    {
        TaskCompletionSource<bool> whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeServer server = new(async request =>
        {
            try
            {
                _ = await request.ReadBodyAsync();
                whole.SetResult(true);
            }
            catch (Exception failure) when (failure is IOException or EndOfStreamException)
            {
                whole.SetResult(false);
                throw;
            }
        });
        using HttpTransport transport = Transport();
        ContentSource source = new(100_000, _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[length])));
        using HttpRequestMessage request = new(HttpMethod.Put, server.Address) { Content = new HttpUpload(source, "data/k") };
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await transport.SendAsync(request, s_put, Token));
        Assert.Equal(StorageErrorKind.Permanent, failure.Kind);
        Assert.False(await whole.Task);
    }

    [Fact]
    public async Task A_failure_of_the_source_stays_what_it_was()
    {
        await using FakeServer server = new("200 OK");
        using HttpTransport transport = Transport();
        ContentSource source = new(10, _ => throw new FileNotFoundException("the file that was to be sent"));
        using HttpRequestMessage request = new(HttpMethod.Put, server.Address) { Content = new HttpUpload(source, "data/k") };
        _ = await Assert.ThrowsAsync<FileNotFoundException>(async () => await transport.SendAsync(request, s_put, Token));
    }

    [Fact]
    public async Task Large_bodies_are_announced_and_a_refusal_comes_before_them()
    {
        await using FakeServer server = new(static async request =>
        {
            if (request.Headers["Expect"].Any())
            {
                await request.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                request.Close();
            }
            else
            {
                await request.AnswerAsync("200 OK");
            }
        });
        StorageException failure = await FailsAsync(server.Address, s_put, new byte[HttpLimits.ExpectContinueFrom]);
        Assert.Equal(StorageErrorKind.Unsupported, failure.Kind);
        using HttpTransport transport = Transport();
        using HttpAnswer small = await SendAsync(transport, server.Address, s_put, new byte[HttpLimits.ExpectContinueFrom - 1]);
        Assert.Equal(200, (int)small.Status);
    }

    [Fact]
    public async Task Credentials_go_with_every_request_and_appear_in_no_failure()
    {
        await using FakeServer server = new("401 Unauthorized");
        using HttpTransport transport = new(new HttpTransportOptions
        {
            Time = TimeProvider.System,
            Authorization = new AuthenticationHeaderValue("Bearer", "top-secret"),
        });
        using HttpAnswer answer = await SendAsync(transport, server.Address, s_read, null);
        Assert.DoesNotContain("top-secret", answer.Refusal().ToString(), StringComparison.Ordinal);
        Assert.Equal("Bearer top-secret", Assert.Single(Assert.Single(server.Requests).Headers["Authorization"]));
        Assert.Empty(server.Requests[0].Headers["Cookie"]);
    }

    private static HttpTransport Transport(int idleMilliseconds = 20_000) =>
        new(new HttpTransportOptions { Time = TimeProvider.System, IdlePatience = TimeSpan.FromMilliseconds(idleMilliseconds) });

    private static async Task<HttpAnswer> SendAsync(HttpTransport transport, Uri address, HttpCall call, byte[]? body, CancellationToken? cancellation = null) =>
        await transport.SendAsync(
            new HttpRequestMessage(call.Effect == HttpEffect.Reads ? HttpMethod.Get : call.Operation == "delete" ? HttpMethod.Delete : HttpMethod.Put, address)
            {
                Content = body is null ? null : new HttpUpload(body),
            },
            call,
            cancellation ?? Token);

    private static async Task<StorageException> FailsAsync(Uri address, HttpCall call, byte[]? body)
    {
        using HttpTransport transport = Transport();
        return await Assert.ThrowsAsync<StorageException>(async () =>
        {
            using HttpAnswer answer = await SendAsync(transport, address, call, body);
            throw answer.Refusal();
        });
    }

    private static async Task<StorageException> RefusalAsync(FakeServer server, HttpCall call)
    {
        using HttpTransport transport = Transport();
        using HttpAnswer answer = await SendAsync(transport, server.Address, call, call.Effect == HttpEffect.Reads ? null : new byte[10]);
        return answer.Refusal();
    }
}
