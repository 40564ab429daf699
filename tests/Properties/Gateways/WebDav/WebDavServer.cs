using System.Collections.Concurrent;
using System.Net;
using FireproofBench.Gateways;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.WebDav;

/// <summary>A real WebDAV server for tests: one that runs already, or one that a script of <c>tests/servers</c> starts; what was started here ends with the tests.</summary>
/// <remarks>FIREPROOFBENCH_NGINX_DAV, FIREPROOFBENCH_RCLONE_DAV and FIREPROOFBENCH_APACHE_DAV name running ones, as <c>http://USER:PASSWORD@host:port/path</c>.</remarks>
internal sealed class WebDavServer(Uri address, NetworkCredential credentials)
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<(WebDavServer? Server, string Reason)>>> _servers = new(StringComparer.Ordinal);

    /// <summary>Its folder.</summary>
    public Uri Address { get; } = address;

    /// <summary>Who may use it.</summary>
    public NetworkCredential Credentials { get; } = credentials;

    /// <summary>The options of tests, with the credentials.</summary>
    public GatewayOptions GatewayOptions => TestOptions.Of() with { WebDav = Credentials };

    /// <summary>A server: nginx, rclone or apache. Skips the test, with the reason, where it cannot be had.</summary>
    public static async Task<WebDavServer> RequireAsync(string name)
    {
        (WebDavServer? server, string reason) = await _servers.GetOrAdd(name, static n => new Lazy<Task<(WebDavServer?, string)>>(() => OpenAsync(n))).Value;
        Assert.SkipWhen(server is null, reason);
        return server!;
    }

    /// <summary>A URL of a folder that nobody else uses; it is made when it is used first.</summary>
    public string FreshUrl() => $"dav+{Address.ToString().TrimEnd('/')}/t/{Guid.NewGuid():n}?create=true";

    /// <summary>A gateway to a folder of its own.</summary>
    public WebDavDataGateway Open() => (WebDavDataGateway)GatewayUrl.Parse(FreshUrl()).OpenData(GatewayOptions);

    private static async Task<(WebDavServer?, string)> OpenAsync(string name)
    {
        string variable = $"FIREPROOFBENCH_{name.ToUpperInvariant()}_DAV";
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text)
        {
            Uri url = new(text);
            string[] user = [.. url.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
            return (new WebDavServer(new Uri(url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)), new NetworkCredential(user[0], user[1])), "");
        }

        if (!OperatingSystem.IsLinux())
            return (null, $"{name} is started from Debian's packages, so on Linux only; {variable} can name a running one");
        (int exit, string output, string error) = await ServerScript.RunAsync(name + "-dav", "start");
        if (exit != 0)
            return (null, $"{name} cannot be started here ({error.Trim().Split('\n')[^1]}); 'tests/servers/{name}-dav.sh start' as root installs and starts it");
        Dictionary<string, string> lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
        if (lines["DAV_STARTED"] == "now")
            AppDomain.CurrentDomain.ProcessExit += (_, _) => ServerScript.RunAsync(name + "-dav", "stop").Wait();
        return (new WebDavServer(new Uri(lines["DAV_URL"]), new NetworkCredential(lines["DAV_USER"], lines["DAV_PASSWORD"])), "");
    }
}
