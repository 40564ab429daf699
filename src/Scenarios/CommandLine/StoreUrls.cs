using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The stores that can be named on the command line.</summary>
internal static class StoreUrls
{
    /// <summary>Opens the store of a URL.</summary>
    /// <exception cref="UsageException">The URL is none that is known here, or what it names cannot be opened.</exception>
    public static ValueTask<StoreUnderTest> OpenAsync(string url, CancellationToken cancellation) => OpenAsync(url, null, cancellation);

    /// <summary>Opens the store of a URL.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="token">The bearer token for an endpoint; null for none.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="UsageException">The URL is none that is known here, or what it names cannot be opened.</exception>
    public static async ValueTask<StoreUnderTest> OpenAsync(string url, Secret? token, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            GatewayUrl parsed = GatewayUrl.Parse(url);
            GatewayOptions options = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, Token = token, WebDav = WebDavCredentials.Read() };
            StoreUnderTest store = parsed.Scheme switch
            {
                GatewayScheme.File => OpenFolder(parsed, options),
                GatewayScheme.Http => await OpenEndpointAsync(parsed, options, cancellation),
                GatewayScheme.S3 => await OpenBucketAsync(parsed, options, cancellation),
                GatewayScheme.Dav => await OpenWebDavAsync(parsed, options, cancellation),
                GatewayScheme.Simulated => SimulatedTarget.Open(parsed.Simulated!),
                GatewayScheme.FpCloud => throw new UsageException(
                    $"{parsed} is an endpoint of the cloud protocol: it takes files and heads of databases and lists none, so it cannot be taken for a store of objects. 'conform' judges it, and 'db sync' attaches a database to it."),
                _ => new StoreUnderTest
                {
                    Url = parsed.ToString(),
                    Data = parsed.OpenData(options),
                    OpenDatabase = DatabasesInMemory(parsed, options),
                },
            };
            return parsed.Scheme == GatewayScheme.Simulated ? store : store with
            {
                Strangers = StoreTenants.Strangers(parsed, options),
                OtherTenantOption = StoreTenants.OptionFor(parsed),
                Secrets = StoreTenants.Secrets(options),
            };
        }
        catch (StorageException failure)
        {
            throw new UsageException(failure.Message);
        }
    }

    private static StoreUnderTest OpenFolder(GatewayUrl folder, GatewayOptions options)
    {
        bool existed = Directory.Exists(folder.Path);
        bool wasUsed = FileDataGateway.HasOwnFiles(folder.Path);
        return new StoreUnderTest
        {
            Url = folder.ToString(),
            Data = folder.OpenData(options),
            OpenPeer = _ => ValueTask.FromResult(folder.OpenData(options)),
            OpenDatabase = DatabasesInFolder(folder, options),
            DatabasesAreObjects = true,
            Skewed = time => new StoreAccess(
                "a client with another clock", _ => ValueTask.FromResult(folder.OpenData(options with { Time = time })), DatabasesInFolder(folder, options with { Time = time })),
            OnDisk = disk => new FolderDeviceStore(disk, "/disk", "database", options),
            OpenMissing = name => new FileDataGateway(Path.Combine(folder.Path, name), options),
            StraysOutside = name => StraysAbove(folder.Path, name),
            Tidy = prefix => RemoveEmptyFolders(Path.Combine(folder.Path, prefix)),
            AfterClose = () => RemoveTraces(folder.Path, keepOwnFiles: wasUsed, keepFolder: existed),
        };
    }

    private static Func<string, string, IDeviceStore> DatabasesInFolder(GatewayUrl folder, GatewayOptions options) =>
        (prefix, name) => GatewayUrl.Parse(Path.Combine(folder.Path, prefix)).OpenDevice(name, options);

    // An endpoint has databases and nothing above them: those of the run are told apart by their names.
    private static async ValueTask<StoreUnderTest> OpenEndpointAsync(GatewayUrl endpoint, GatewayOptions options, CancellationToken cancellation)
    {
        HttpDataGateway data = await ProbeAsync((HttpDataGateway)endpoint.OpenData(options), cancellation);
        RepeatedCalls repeated = new();
        return new StoreUnderTest
        {
            Url = endpoint.ToString(),
            Data = data,
            OpenPeer = async token => await ProbeAsync((HttpDataGateway)endpoint.OpenData(options), token),
            OpenDatabase = DatabasesAtEndpoint(endpoint, options, repeated),
            Repeated = repeated,
            Skewed = time => new StoreAccess(
                "a client with another clock", _ => ValueTask.FromResult(endpoint.OpenData(options with { Time = time })), DatabasesAtEndpoint(endpoint, options with { Time = time })),
            Wire = WireTo(data, options),
            OpenMissing = name => GatewayUrl.Parse(BelowPath(endpoint, name)).OpenData(options),
        };
    }

    /// <summary>The databases at an endpoint, as a check has them.</summary>
    internal static Func<string, string, IDeviceStore> DatabasesAtEndpoint(GatewayUrl endpoint, GatewayOptions options, RepeatedCalls? repeated = null)
    {
        RetryOptions patience = RetryOptions.Of(options);
        return (prefix, name) => new HttpDeviceStore(endpoint.Http!.Address, prefix.Replace('/', '.') + name, options, repeated?.Over(patience) ?? patience);
    }

    private static async ValueTask<StoreUnderTest> OpenBucketAsync(GatewayUrl bucket, GatewayOptions options, CancellationToken cancellation)
    {
        S3DataGateway data = await ProbeAsync((S3DataGateway)bucket.OpenData(options), cancellation);

        // Objects are judged as they are; a database asks again, as it does in use.
        RepeatedCalls repeated = new();
        RetryingGateway patient = new(data, repeated.Over(RetryOptions.Of(options)), leaveOpen: true);
        return new StoreUnderTest
        {
            Url = bucket.ToString(),
            Data = data,
            OpenPeer = async token => await ProbeAsync((S3DataGateway)bucket.OpenData(options), token),
            Skewed = time => new StoreAccess("a client with another clock", _ => ValueTask.FromResult(bucket.OpenData(options with { Time = time }))),
            OpenDatabase = (prefix, name) => new RemoteDeviceStore(new PrefixedGateway(patient, prefix, leaveOpen: true), name, options, bucket.Heads, learn: data.ProbeAsync),
            DatabasesAreObjects = true,
            Repeated = repeated,
            Wire = WireTo(data, options) with { PartsAbove = S3Options.DefaultMultipartThreshold },
            OpenMissing = name => GatewayUrl.Parse(InBucket(bucket, name)).OpenData(options),
            RawPut = new PresignedPuts(data).PutAsync,
            PartsAbove = S3Options.DefaultMultipartThreshold,
        };
    }

    private static async ValueTask<StoreUnderTest> OpenWebDavAsync(GatewayUrl folder, GatewayOptions options, CancellationToken cancellation)
    {
        WebDavDataGateway data = await ProbeAsync((WebDavDataGateway)folder.OpenData(options), cancellation);

        // Objects are judged as they are; a database asks again, as it does in use.
        RepeatedCalls repeated = new();
        RetryingGateway patient = new(data, repeated.Over(RetryOptions.Of(options)), leaveOpen: true);
        return new StoreUnderTest
        {
            Url = folder.ToString(),
            Data = data,
            OpenPeer = async token => await ProbeAsync((WebDavDataGateway)folder.OpenData(options), token),
            Skewed = time => new StoreAccess("a client with another clock", _ => ValueTask.FromResult(folder.OpenData(options with { Time = time }))),
            OpenDatabase = (prefix, name) => new RemoteDeviceStore(new PrefixedGateway(patient, prefix, leaveOpen: true), name, options),
            DatabasesAreObjects = true,
            Repeated = repeated,
            Wire = WireTo(data, options),
            OpenMissing = name => GatewayUrl.Parse(BelowPath(folder, name)).OpenData(options),
        };
    }

    private static StoreWire WireTo(IProbedGateway data, GatewayOptions options) =>
        new() { Open = (wire, time) => data.Reopen(options with { Time = time, Wire = wire.Over }) };

    private static string BelowPath(GatewayUrl url, string name)
    {
        string text = url.ToString();
        int query = text.IndexOf('?', StringComparison.Ordinal);
        return $"{(query < 0 ? text : text[..query]).TrimEnd('/')}/{name}";
    }

    private static string InBucket(GatewayUrl url, string name)
    {
        string text = url.ToString();
        int end = text.AsSpan("s3://".Length).IndexOfAny('/', '?');
        return end < 0 ? $"s3://{name}" : $"s3://{name}{text[("s3://".Length + end)..].Replace("create=true", "create=false", StringComparison.Ordinal)}";
    }

    private static async ValueTask<T> ProbeAsync<T>(T data, CancellationToken cancellation)
        where T : IDataGateway, IProbedGateway
    {
        try
        {
            await data.ProbeAsync(cancellation);
            return data;
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    // A database in memory lasts as long as its device store, which all handles therefore share.
    private static Func<string, string, IDeviceStore> DatabasesInMemory(GatewayUrl url, GatewayOptions options)
    {
        ConcurrentDictionary<string, IDeviceStore> databases = new(StringComparer.Ordinal);
        return (prefix, name) => databases.GetOrAdd(prefix + name, _ => url.OpenDevice(name, options));
    }

    private static ImmutableArray<string> StraysAbove(string folder, string name)
    {
        ImmutableArray<string>.Builder strays = ImmutableArray.CreateBuilder<string>();
        for (DirectoryInfo? above = new DirectoryInfo(folder).Parent; above is not null; above = above.Parent)
        {
            string path = Path.Combine(above.FullName, name);
            if (Path.Exists(path))
                strays.Add(path);
        }

        return strays.ToImmutable();
    }

    // A folder gateway removes objects; the folders that a run made for them would stay.
    private static void RemoveEmptyFolders(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return;
            foreach (string inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).OrderByDescending(d => d.Length))
                RemoveIfEmpty(inner);
            RemoveIfEmpty(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Empty folders are no objects: the report does not count them, and they do no harm.
        }
    }

    private static void RemoveTraces(string folder, bool keepOwnFiles, bool keepFolder)
    {
        try
        {
            if (!keepOwnFiles)
                _ = FileDataGateway.TryRemoveOwnFiles(folder);
            if (!keepFolder && Directory.Exists(folder))
                RemoveIfEmpty(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or StorageException)
        {
            // As above.
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }
}
