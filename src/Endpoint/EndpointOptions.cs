using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint;

/// <summary>What an endpoint keeps its databases in, whom it lets in, and how much it takes.</summary>
public sealed class EndpointOptions
{
    /// <summary>Where objects are: keys are <c>&lt;database&gt;/&lt;key&gt;</c>. Made once; disposed of with the services.</summary>
    public Func<IServiceProvider, IDataGateway>? Data { get; set; }

    /// <summary>Where heads are. Made once; disposed of with the services.</summary>
    public Func<IServiceProvider, IHeadStore>? Heads { get; set; }

    /// <summary>Which bearer tokens are accepted. Null: none, and without a <see cref="Policy"/> only callers on this machine are served, with every right.</summary>
    public TokenOptions? Tokens { get; set; }

    /// <summary>The host's own decision on every call. Null: the grants of the token decide (<see cref="GrantPolicy"/>).</summary>
    public IEndpointPolicy? Policy { get; set; }

    /// <summary>How devices of the reference engine are served, by the protocol of its <c>toCloud()</c>; null when they are not.</summary>
    public CloudOptions? Cloud { get; set; }

    /// <summary>Web origins whose pages may call, such as <c>https://app.example.org</c>; <c>*</c> for all. A page of an origin that is not listed gets no answer. None by default.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Longest object, in bytes; the data store may take less. 4 GiB.</summary>
    public long MaxObjectLength { get; set; } = 4L << 30;

    /// <summary>Objects up to this length are read into memory before they are stored, longer ones are passed on as they come, in bytes. 256 KiB.</summary>
    public int WholeObjectLength { get; set; } = 256 << 10;

    /// <summary>Length of the pieces in which long objects are read from the data store, in bytes. 1 MiB.</summary>
    public int PieceLength { get; set; } = 1 << 20;

    /// <summary>Longest publication, in bytes of JSON: one entry and what it supersedes. 4 MiB.</summary>
    public int MaxPublicationLength { get; set; } = 4 << 20;

    /// <summary>Most heads of one database: far more than devices that write at once. 10,000.</summary>
    public int MaxHeads { get; set; } = 10_000;

    /// <summary>Most keys in one page of a listing. 1,000.</summary>
    public int MaxListLength { get; set; } = 1000;

    /// <summary>Requests a second of one caller (a token, or an address without one), averaged over <see cref="RateBurst"/> requests; null for no limit.</summary>
    public double? RatePerSecond { get; set; }

    /// <summary>Requests that one caller may send at once before the rate holds. 100.</summary>
    public int RateBurst { get; set; } = 100;

    /// <summary>Most subscriptions at a time. 10,000.</summary>
    public int MaxSubscriptions { get; set; } = 10_000;

    /// <summary>How often a subscriber without news hears that the connection lives. 15 seconds.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a subscriber may take for one message before it is cut off; newer messages replace those that wait meanwhile. 10 seconds.</summary>
    public TimeSpan SendPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an address to upload or download by is good. 15 minutes.</summary>
    public TimeSpan PresignedLifetime { get; set; } = TimeSpan.FromMinutes(15);
}
