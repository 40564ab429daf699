using System.Net;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http;

/// <summary>Sends requests, and gives back answers or storage failures, nothing else. One for each server that a gateway speaks to.</summary>
/// <remarks>
/// Redirects are not followed, cookies not kept, proxies of the environment not used, bodies not decompressed: each would send a secret elsewhere or give
/// other bytes than were stored. Nothing is repeated here; that is a wrapper's.
/// </remarks>
internal sealed class HttpTransport : IDisposable
{
    private readonly HttpTransportOptions _options;
    private readonly HttpMessageInvoker _invoker;

    public HttpTransport(HttpTransportOptions options)
    {
        _options = options;
        SocketsHttpHandler sockets = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectPatience,
            MaxConnectionsPerServer = options.Connections,
            MaxResponseHeadersLength = HttpLimits.HeaderKibibytes,

            // A server can move to another address; a connection that it closed for idleness must not meet the next request.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),

            // What is measured around a call must not tell servers its name.
            ActivityHeadersPropagator = null,
        };

        // The deadlines, and what goes with every request, are set here: the runtime's client would do each of it once more for every request.
        _invoker = new HttpMessageInvoker(options.Wire is { } wire ? wire(sockets) : sockets, disposeHandler: true);
    }

    /// <summary>Sends a request and waits for the head of its answer, whatever its status.</summary>
    /// <param name="request">The request; it is disposed of with the answer. A body is a <see cref="HttpUpload"/>.</param>
    /// <param name="call">The call that it is for.</param>
    /// <param name="cancellation">Ends the call, and the reading of the body too.</param>
    /// <returns>The answer; whoever asked disposes of it.</returns>
    /// <exception cref="StorageException">As <see cref="HttpFailures"/> says.</exception>
    /// <exception cref="OperationCanceledException">The caller wanted it.</exception>
    public async ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, HttpCall call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AddHeaders(request);
        HttpUpload? upload = UploadOf(request, call);
        HttpPatience patience = new(_options.IdlePatience, _options.Time, cancellation);
        if (upload is not null)
            upload.Moved = patience.Touch;
        try
        {
            HttpResponseMessage response = await _invoker.SendAsync(request, patience.Token);
            patience.Touch();
            HttpAnswer answer = new(call, request, response, patience, _options.Time);
            if (answer.EncodingComplaint is { } complaint)
            {
                answer.Dispose();
                throw complaint;
            }

            return answer;
        }
        catch (Exception failure) when (failure is not StorageException)
        {
            patience.Dispose();
            request.Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (upload?.SourceFailure is { } own)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(own);
            throw Map(failure, call, request.RequestUri, patience, sentWhole: upload?.IsComplete ?? true);
        }
        catch
        {
            patience.Dispose();
            request.Dispose();
            throw;
        }
    }

    /// <summary>Closes what is idle. Calls that are under way go on to their own end.</summary>
    public void Dispose() => _invoker.Dispose();

    /// <summary>What a failure of sending or of reading means.</summary>
    internal static Exception Map(Exception failure, HttpCall call, Uri? address, HttpPatience patience, bool sentWhole) => failure switch
    {
        StorageException => failure,
        OperationCanceledException when patience.IsOver => HttpFailures.OfSilence(call, patience.Idle, HttpFailures.ServerOf(address), sentWhole),

        // The runtime's own patience for a connection.
        OperationCanceledException => new StorageException(
            StorageErrorKind.Transient, call.Operation, call.Key, $"no connection to {HttpFailures.ServerOf(address)} in time; check the network and the address", failure),
        _ => HttpFailures.OfConnection(call, failure, HttpFailures.ServerOf(address), sentWhole),
    };

    private void AddHeaders(HttpRequestMessage request)
    {
        if (_options.Authorization is { } authorization)
            request.Headers.Authorization = authorization;
        _ = request.Headers.TryAddWithoutValidation("User-Agent", "FireproofBench");
        _ = request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
    }

    // The runtime sends a request without a body again by itself when a kept connection turns out closed. An empty body keeps it from that.
    private static HttpUpload? UploadOf(HttpRequestMessage request, HttpCall call)
    {
        if (request.Content is null && call.Effect == HttpEffect.Once)
            request.Content = new HttpUpload(ReadOnlyMemory<byte>.Empty);
        HttpUpload? upload = request.Content as HttpUpload;
        if (upload?.Length >= HttpLimits.ExpectContinueFrom)
            request.Headers.ExpectContinue = true;
        return upload;
    }
}
