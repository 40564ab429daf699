namespace FireproofBench.Conformance.Wire;

/// <summary>A wire between a gateway and its store on which a check says what becomes of which request. It lies above the connections, so that it is the same with and without TLS.</summary>
internal sealed class FaultyWire : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationToken _ended;
    private Rule? _rule;
    private int _requests;

    /// <summary>A whole wire.</summary>
    public FaultyWire() => _ended = _end.Token;

    /// <summary>The requests since a fault was set last.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>From now on requests meet a fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="which">Which requests; null for all.</param>
    /// <param name="times">After so many the wire is whole again.</param>
    public void Meet(WireFault fault, Func<HttpRequestMessage, bool>? which = null, int times = int.MaxValue)
    {
        Volatile.Write(ref _requests, 0);
        Volatile.Write(ref _rule, new Rule(fault, which, times));
    }

    /// <summary>The wire is whole again.</summary>
    public void Heal() => Volatile.Write(ref _rule, null);

    /// <summary>Puts the wire between a client and its connections.</summary>
    public HttpMessageHandler Over(HttpMessageHandler connections) => new Tap(this, connections);

    /// <summary>Lets go of every request that is held.</summary>
    public void Dispose()
    {
        Heal();
        _end.Cancel();
        _end.Dispose();
    }

    private WireFault? FaultOf(HttpRequestMessage request)
    {
        Interlocked.Increment(ref _requests);
        return Volatile.Read(ref _rule) is { } rule && rule.Takes(request) ? rule.Fault : null;
    }

    private sealed class Rule(WireFault fault, Func<HttpRequestMessage, bool>? which, int times)
    {
        private int _left = times;

        public WireFault Fault => fault;

        public bool Takes(HttpRequestMessage request) => which?.Invoke(request) != false && Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class Tap(FaultyWire wire, HttpMessageHandler connections) : DelegatingHandler(connections)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (wire.FaultOf(request) is not { } fault)
                return await base.SendAsync(request, cancellationToken);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, wire._ended);
            try
            {
                return await fault(request, base.SendAsync, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && wire._ended.IsCancellationRequested)
            {
                throw WireFaults.Broken();
            }
        }
    }
}
