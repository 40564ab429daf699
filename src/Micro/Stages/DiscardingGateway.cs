using FireproofBench.Engine.Ports;

namespace FireproofBench.Micro.Stages;

/// <summary>A store that takes everything at once, and keeps the last only when it is told to: so that what is measured ends where the provider begins.</summary>
internal sealed class DiscardingGateway : IDataGateway
{
    /// <inheritdoc/>
    public DataTraits Traits { get; } = new() { Provider = "nothing", StronglyConsistent = true };

    /// <summary>The key of what was put last.</summary>
    public string LastKey { get; private set; } = "";

    /// <summary>Length of what was put last.</summary>
    public int LastLength { get; private set; }

    /// <summary>Whether what is put is kept; else the bytes are gone with the call.</summary>
    public bool Keeps { get; set; }

    /// <summary>What was put last and kept.</summary>
    public ReadOnlyMemory<byte> Last { get; private set; }

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        (LastKey, LastLength) = (key, content.Length);
        if (Keeps)
            Last = content.ToArray();
        return ValueTask.FromResult("");
    }

    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) => ValueTask.FromResult(new ListPage([], null));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
