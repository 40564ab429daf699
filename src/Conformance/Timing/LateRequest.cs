namespace FireproofBench.Conformance.Timing;

/// <summary>A request that its sender gave up, and that arrives at the store all the same.</summary>
internal sealed class LateRequest
{
    private readonly TaskCompletionSource<Kept> _kept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the request was sent.</summary>
    public Task Sent => _kept.Task;

    /// <summary>Keeps the request on the wire until the sender gives up.</summary>
    public WireFault Fault => async (request, pass, cancellation) =>
    {
        byte[] body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellation) : [];
        _kept.TrySetResult(new Kept(Copy(request, request.Method, body), pass));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw WireFaults.Broken();
    };

    /// <summary>Lets it arrive.</summary>
    /// <param name="key">The key that it is for. What arrives under another name, as a first step of a put, is removed again.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The store's status.</returns>
    public async Task<int> ArriveAsync(string key, CancellationToken cancellation)
    {
        (HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> pass) = await _kept.Task;
        using (request)
        {
            using HttpRequestMessage undo = Copy(request, HttpMethod.Delete, null);
            using HttpResponseMessage answer = await pass(request, cancellation);
            if (!request.RequestUri!.AbsolutePath.EndsWith(key[(key.LastIndexOf('/') + 1)..], StringComparison.Ordinal))
                (await pass(undo, cancellation)).Dispose();
            return (int)answer.StatusCode;
        }
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, HttpMethod method, byte[]? body)
    {
        HttpRequestMessage copy = new(method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach ((string name, IEnumerable<string> values) in request.Headers)
            _ = copy.Headers.TryAddWithoutValidation(name, values);
        if (body is null)
            return copy;
        copy.Content = new ByteArrayContent(body);
        foreach ((string name, IEnumerable<string> values) in request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            _ = copy.Content.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    private sealed record Kept(HttpRequestMessage Request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Pass);
}
