using System.Net;
using System.Net.Sockets;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Stands between a client and a server on the loopback, and keeps every byte that the client sends: lines, headers and bodies of all requests.</summary>
internal sealed class ListeningRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<MemoryStream> _sent = [];
    private readonly List<Task> _connections = [];
    private readonly IPEndPoint _server;
    private readonly Task _accepting;

    /// <summary>Begins to listen on a free port.</summary>
    /// <param name="server">Where the server is.</param>
    public ListeningRelay(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    /// <summary>Where the relay is.</summary>
    public Uri Address { get; }

    /// <summary>What was sent so far, one connection after another.</summary>
    public byte[] Sent()
    {
        lock (_sent)
            return [.. _sent.SelectMany(static stream => stream.ToArray())];
    }

    public async ValueTask DisposeAsync()
    {
        _ending.Cancel();
        _listener.Dispose();
        await _accepting;
        Task[] connections;
        lock (_sent)
            connections = [.. _connections];
        await Task.WhenAll(connections);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_ending.Token);
                lock (_sent)
                {
                    _sent.Add(new MemoryStream());
                    _connections.Add(RelayAsync(client, _sent[^1]));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client, MemoryStream sent)
    {
        using TcpClient near = client;
        using TcpClient far = new();
        try
        {
            await far.ConnectAsync(_server, _ending.Token);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            Task first = await Task.WhenAny(
                PumpAsync(near.GetStream(), far.GetStream(), sent, either.Token),
                PumpAsync(far.GetStream(), near.GetStream(), null, either.Token));
            await either.CancelAsync();
            await first;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, MemoryStream? kept, CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and int length)
            {
                if (kept is not null)
                {
                    lock (_sent)
                        kept.Write(buffer.AsSpan(0, length));
                }

                await to.WriteAsync(buffer.AsMemory(0, length), cancellation);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }
    }
}
