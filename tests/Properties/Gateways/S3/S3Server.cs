using System.Collections.Concurrent;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A real S3 store for tests: one that runs already, or one that a script of <c>tests/servers</c> starts; what was started here ends with the tests.</summary>
/// <remarks>FIREPROOFBENCH_CEPH, FIREPROOFBENCH_SWIFT and FIREPROOFBENCH_MINIO name running ones, as <c>http://KEY:SECRET@host:port/region</c>.</remarks>
internal sealed class S3Server
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<S3Server>>> _servers = new(StringComparer.Ordinal);

    private readonly BasicAWSCredentials _credentials;

    private S3Server(string name, Uri endpoint, string region, string accessKey, string secretKey)
    {
        Name = name;
        Endpoint = endpoint;
        Region = region;
        AccessKey = accessKey;
        SecretKey = secretKey;
        _credentials = new BasicAWSCredentials(accessKey, secretKey);
    }

    public string Name { get; }

    public Uri Endpoint { get; }

    public string Region { get; }

    public string AccessKey { get; }

    public string SecretKey { get; }

    /// <summary>What the store can do, found out once.</summary>
    public S3Capabilities? Known { get; private set; }

    /// <summary>Ceph's, Swift's or MinIO's. Skips the test, with the reason, where it cannot be had.</summary>
    /// <param name="name">ceph, swift or minio.</param>
    public static async Task<S3Server> RequireAsync(string name)
    {
        try
        {
            return await _servers.GetOrAdd(name, static n => new Lazy<Task<S3Server>>(() => OpenAsync(n))).Value;
        }
        catch (ServerMissingException missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }

    /// <summary>The options for a bucket of the tests, which is made when it is missing.</summary>
    public S3Options Options(string prefix = "") => new()
    {
        Bucket = "fireproofbench-tests",
        Prefix = prefix,
        Endpoint = Endpoint,
        Region = Region,
        PathStyle = true,
        CreateBucket = true,
        Credentials = _credentials,
    };

    /// <summary>The same as a URL.</summary>
    public string Url(string prefix) => $"s3://fireproofbench-tests/{prefix}?endpoint={Endpoint.GetLeftPart(UriPartial.Authority)}&region={Region}&pathStyle=true&create=true";

    /// <summary>A gateway with a prefix of its own, or the given one, to a store that is known.</summary>
    public S3DataGateway Open(string? prefix = null) => new(Options(prefix ?? FreshPrefix()), TestOptions.Of(), Known);

    /// <summary>A prefix that nobody else uses.</summary>
    public static string FreshPrefix() => $"t/{Guid.NewGuid():n}";

    /// <summary>The plain client, as other tools use it.</summary>
    public AmazonS3Client Client() => new(_credentials, new AmazonS3Config
    {
        ServiceURL = Endpoint.ToString(),
        AuthenticationRegion = Region,
        ForcePathStyle = true,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>A store as a script told of it when it started.</summary>
    public static S3Server Read(string name, string output)
    {
        Dictionary<string, string> lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return new S3Server(name, new Uri(lines["S3_ENDPOINT"]), lines["S3_REGION"], lines["S3_ACCESS_KEY"], lines["S3_SECRET_KEY"]);
    }

    private static async Task<S3Server> OpenAsync(string name)
    {
        S3Server server = FromEnvironment(name) ?? await StartAsync(name);
        await using S3DataGateway gateway = await S3DataGateway.OpenAsync(server.Options(FreshPrefix()), TestOptions.Of(), CancellationToken.None);
        server.Known = gateway.Capabilities;
        return server;
    }

    private static S3Server? FromEnvironment(string name)
    {
        if (Environment.GetEnvironmentVariable($"FIREPROOFBENCH_{name.ToUpperInvariant()}") is not { Length: > 0 } text)
            return null;
        Uri url = new(text);
        string[] keys = [.. url.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
        return new S3Server(name, new Uri(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)), url.AbsolutePath.Trim('/'), keys[0], keys[1]);
    }

    private static async Task<S3Server> StartAsync(string name)
    {
        if (name == "minio")
            return MinioServer.IsPossible ? Read(name, await MinioServer.StartAsync()) : throw new ServerMissingException("MinIO runs in a container, and there is no Docker here; FIREPROOFBENCH_MINIO can name a running one");
        if (!OperatingSystem.IsLinux())
            throw new ServerMissingException($"{name} is started from Debian's packages, so on Linux only; FIREPROOFBENCH_{name.ToUpperInvariant()} can name a running one");
        bool ran = IsListening(name == "ceph" ? 7480 : 7490);
        (int exit, string output, string error) = await ServerScript.RunAsync(name, "start");
        if (exit != 0)
            throw new ServerMissingException($"{name} cannot be started here ({error.Trim().Split('\n')[^1]}); 'tests/servers/{name}.sh start' as root installs and starts it");
        if (!ran)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => ServerScript.RunAsync(name, "stop").Wait();
        return Read(name, output);
    }

    private static bool IsListening(int port)
    {
        try
        {
            using TcpClient client = new("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed class ServerMissingException(string message) : Exception(message);
}
