using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Wire;

/// <summary>The store under test through its gateway, over a wire that a check bends.</summary>
internal sealed class WiredStore : IAsyncDisposable
{
    /// <summary>Why nothing is said of a store that has no wire.</summary>
    public const string NoWire = "nothing between client and store could be bent in this run: it is not reached over HTTP through a gateway that was opened here";

    private readonly StoreWire _way;

    /// <summary>Opens it.</summary>
    public WiredStore(StoreWire way)
    {
        _way = way;
        Data = way.Open(Wire, Time);
    }

    /// <summary>The wire.</summary>
    public FaultyWire Wire { get; } = new();

    /// <summary>The clock of the gateway's deadlines.</summary>
    public SkippedTime Time { get; } = new();

    /// <summary>The gateway as it is.</summary>
    public IDataGateway Data { get; }

    /// <summary>Longer objects go up in parts; null where none do.</summary>
    public long? PartsAbove => _way.PartsAbove;

    /// <summary>A check of what the gateway makes of faults on its wire; inconclusive where there is none.</summary>
    public static Func<ClauseContext, Task<Finding>> Check(Func<ClauseContext, WiredStore, Task<Finding>> check) => async context =>
    {
        if (context.Wire is not { } way)
            return Finding.Inconclusive(NoWire);
        await using WiredStore store = new(way);
        return await check(context, store);
    };

    /// <summary>The gateway with the patience that a database has. It needs no disposing of.</summary>
    /// <param name="time">The clock of the pauses.</param>
    public IDataGateway Patient(TimeProvider time) => _way.Patiently(Data, time);

    /// <summary>Makes a call while requests meet a fault.</summary>
    /// <param name="call">The call.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="under">The fault in words.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="which">Which requests meet it; null for all.</param>
    /// <returns>How it failed; null when it said what is true all the same.</returns>
    /// <exception cref="ClauseViolation">It said what is not true.</exception>
    public async Task<StorageException?> AskAsync(
        WireCall call, WireFault fault, string under, CancellationToken cancellation, Func<HttpRequestMessage, bool>? which = null)
    {
        Wire.Meet(fault, which);
        try
        {
            return await call.AskAsync(Data, under, cancellation);
        }
        finally
        {
            Wire.Heal();
        }
    }

    /// <summary>Closes the gateway and lets go of what the wire holds.</summary>
    public async ValueTask DisposeAsync()
    {
        Wire.Dispose();
        await Data.DisposeAsync();
    }
}
