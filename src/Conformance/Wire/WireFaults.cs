using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace FireproofBench.Conformance.Wire;

/// <summary>What networks, proxies and tired servers do to a request.</summary>
internal static class WireFaults
{
    /// <summary>How many pieces a body is cut into: a cut falls between two of them.</summary>
    public const int Pieces = 16;

    /// <summary>The connection breaks before the request is sent.</summary>
    public static WireFault Reset { get; } = static (_, _, _) => throw Broken();

    /// <summary>The request is sent whole and never arrives.</summary>
    public static WireFault LoseRequest { get; } = static async (request, _, cancellation) =>
    {
        await DrainAsync(request, cancellation);
        throw Broken();
    };

    /// <summary>The store carries the request out, and its answer is lost.</summary>
    public static WireFault LoseAnswer { get; } = static async (request, pass, cancellation) =>
    {
        using HttpResponseMessage lost = await pass(request, cancellation);
        throw Broken();
    };

    /// <summary>Somebody answers in the store's place.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body">The body; left out where an answer has none.</param>
    /// <param name="mediaType">Its type.</param>
    /// <param name="headers">Further headers.</param>
    public static WireFault Answer(int status, string body = "", string mediaType = "text/plain", params (string Name, string Value)[] headers) =>
        async (request, _, cancellation) =>
        {
            await DrainAsync(request, cancellation);
            return Make(request, status, body, mediaType, headers);
        };

    /// <summary>The store carries the request out, and the answer says that it refuses.</summary>
    public static WireFault RefuseAfter(int status, params (string Name, string Value)[] headers) => async (request, pass, cancellation) =>
    {
        using HttpResponseMessage done = await pass(request, cancellation);
        return Make(request, status, "", "text/plain", headers);
    };

    /// <summary>The body ends after some of its pieces, under the whole length.</summary>
    /// <param name="pieces">How many come.</param>
    /// <param name="breaks">Whether the connection breaks there; otherwise it looks like the end.</param>
    public static WireFault Cut(int pieces, bool breaks) => Bend((body, length) => (body[..(body.Length * pieces / Pieces)], length, breaks));

    /// <summary>The body goes on after its end, under its own length.</summary>
    public static WireFault Extend(int pieces) => Bend((body, length) => ([.. body, .. body.AsSpan(0, Math.Max(1, body.Length * pieces / Pieces))], length, false));

    /// <summary>The body ends after some of its pieces, and nothing said how long it would be.</summary>
    public static WireFault CutUnannounced(int pieces) => Bend((body, _) => (body[..(body.Length * pieces / Pieces)], null, false));

    /// <summary>No answer comes until the sender gives up.</summary>
    /// <param name="held">Told when the request is there.</param>
    public static WireFault Hold(TaskCompletionSource held) => async (_, _, cancellation) =>
    {
        held.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw Broken();
    };

    /// <summary>What a broken connection throws.</summary>
    public static HttpRequestException Broken() => new(
        "An error occurred while sending the request.", new IOException("Connection reset by peer.", new SocketException((int)SocketError.ConnectionReset)));

    private static WireFault Bend(Func<byte[], long, (byte[] Bytes, long? Announced, bool Breaks)> bend) => async (request, pass, cancellation) =>
    {
        HttpResponseMessage answer = await pass(request, cancellation);
        HttpContent whole = answer.Content;
        byte[] body = await whole.ReadAsByteArrayAsync(cancellation);
        (byte[] bytes, long? announced, bool breaks) = bend(body, body.Length);
        answer.Content = new BentBody(whole, bytes, announced, breaks);
        if (announced is null)
            answer.Headers.TransferEncodingChunked = null;
        return answer;
    };

    // A server reads what it is sent before it answers.
    private static Task DrainAsync(HttpRequestMessage request, CancellationToken cancellation) => request.Content?.CopyToAsync(Stream.Null, cancellation) ?? Task.CompletedTask;

    private static HttpResponseMessage Make(HttpRequestMessage request, int status, string body, string mediaType, (string Name, string Value)[] headers)
    {
        ByteArrayContent content = new(request.Method == HttpMethod.Head ? [] : Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        HttpResponseMessage answer = new((HttpStatusCode)status) { RequestMessage = request, Content = content };
        foreach ((string name, string value) in headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                _ = content.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }
}
