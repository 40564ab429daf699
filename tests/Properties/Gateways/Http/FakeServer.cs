using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>A server on a raw socket that answers as a test says: byte for byte, in part, not at all.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly ConcurrentQueue<FakeRequest> _requests = new();
    private readonly Func<FakeRequest, Task> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    /// <summary>Listens on a free port of the loopback.</summary>
    /// <param name="answer">Called with each request, its body unread.</param>
    /// <param name="secure">Whether to speak TLS, with a certificate that nobody trusts.</param>
    public FakeServer(Func<FakeRequest, Task> answer, bool secure = false)
    {
        _answer = answer;
        _certificate = secure ? MakeCertificate() : null;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Answers each request with a status line, headers and a body.</summary>
    public FakeServer(string answer)
        : this(request => request.AnswerAsync(answer))
    {
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    /// <summary>An address of the loopback where nobody listens.</summary>
    public static Uri Nowhere()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        // The listener goes last: an accept on a stopped one is a programming error, and the loop may stand between two of them.
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections.Keys);
        _certificate?.Dispose();
        _end.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                Task serving = ServeAsync(client);
                _connections[serving] = true;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream secure = new(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
                    stream = secure;
                }

                while (await FakeRequest.ReadAsync(client, stream, _end.Token) is { } request)
                {
                    _requests.Enqueue(request);
                    await _answer(request);
                    if (request.IsLast)
                        return;
                    await request.ReadBodyAsync();
                }
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or the test ended.
            }
        }
    }
}
