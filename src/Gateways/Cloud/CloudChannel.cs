using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Http.Push;

namespace FireproofBench.Gateways.Cloud;

/// <summary>A WebSocket over which an endpoint of the cloud protocol tells of new heads.</summary>
internal sealed class CloudChannel : IAsyncDisposable
{
    private static readonly HttpCall _call = new("subscribe", "", HttpEffect.Reads);

    private readonly MessageSocket _socket;

    private CloudChannel(MessageSocket socket) => _socket = socket;

    /// <summary>Opens a socket and asks to be told of heads.</summary>
    /// <returns>Null when the endpoint has no socket.</returns>
    /// <exception cref="StorageException">As the endpoint, or the connection, fails.</exception>
    public static async ValueTask<CloudChannel?> OpenAsync(CloudLine line, CancellationToken cancellation)
    {
        if (await line.FindSocketAsync(cancellation) is not { } address)
            return null;
        MessageSocket socket = new(line.Options.Time);
        CloudChannel channel = new(socket);
        try
        {
            await socket.OpenAsync(address, patience => channel.BindAsync(line, patience), cancellation);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the next event.</summary>
    /// <returns>False when the endpoint ended the channel.</returns>
    /// <exception cref="StorageException">The connection broke, or the endpoint refuses.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (await ReadAsync(cancellation) is not { } message)
                return false;
            if (message.Type == CloudMessageType.MetaEvent)
                return true;
            if (message.Type == CloudMessageType.Error)
                throw CloudLine.RefusalOf(message, _call);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async ValueTask BindAsync(CloudLine line, CancellationToken cancellation)
    {
        await _socket.SendAsync(line.ComposeOpening(line.Name + "s"), cancellation);
        if (await ReadAsync(cancellation) is not { } answer)
            throw new StorageException(StorageErrorKind.Transient, "subscribe", "", "the endpoint closed the socket at once");
        if (answer.Type != CloudMessageType.OpenAnswer)
            throw CloudLine.RefusalOf(answer, _call);
        await _socket.SendAsync(line.Compose(CloudMessageType.Bind, CloudLine.ReadOpening(answer), "GET", "meta", "main", static _ => { }), cancellation);
    }

    // Null at the end.
    private async ValueTask<CloudMessage?> ReadAsync(CancellationToken cancellation)
    {
        if (await _socket.NextAsync(cancellation) is not { } message)
            return null;
        try
        {
            return CloudMessage.Read(message, HeadsJsonReader.MaxLength);
        }
        catch (CloudMessageException wrong)
        {
            throw new StorageException(StorageErrorKind.Transient, "subscribe", "", $"what the endpoint tells cannot be read: {wrong.Message}", wrong);
        }
    }
}
