using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A Swift for one test, beside the one that others share: its container server may be ended, which keeps its listings back.</summary>
internal sealed class OwnSwift : IAsyncDisposable
{
    private readonly (string Name, string Value)[] _settings;

    private OwnSwift((string Name, string Value)[] settings, S3Server server)
    {
        _settings = settings;
        Server = server;
    }

    public S3Server Server { get; }

    /// <summary>Starts one on free ports, in memory. Skips the test, with the reason, where that cannot be.</summary>
    public static async Task<OwnSwift> RequireAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Swift is started from Debian's packages, so on Linux only");
        (string Name, string Value)[] settings =
        [
            ("SWIFT_DIR", $"/dev/shm/fireproofbench-swift-{Guid.NewGuid():n}"),
            ("SWIFT_S3_PORT", FreePorts(5).ToString(CultureInfo.InvariantCulture)),
            ("SWIFT_REPLICAS", "1"),
        ];
        (int exit, string output, string error) = await ServerScript.RunAsync("swift", "start", settings);
        if (exit == 0)
            return new OwnSwift(settings, S3Server.Read("swift", output));
        _ = await ServerScript.RunAsync("swift", "stop", settings);
        Assert.Skip($"Swift cannot be started here ({error.Trim().Split('\n')[^1]}); 'tests/servers/swift.sh start' as root installs and starts it");
        throw new InvalidOperationException(error);
    }

    /// <summary>Ends the container server: objects are still stored, listings do not hear of them.</summary>
    public Task StopListingsAsync() => RunAsync("stop-listings");

    /// <summary>Starts it again: listings answer, and hear later of what came meanwhile.</summary>
    public Task StartListingsAsync() => RunAsync("start-listings");

    public async ValueTask DisposeAsync() => await RunAsync("stop");

    private async Task RunAsync(string verb)
    {
        (int exit, _, string error) = await ServerScript.RunAsync("swift", verb, _settings);
        Assert.True(exit == 0, error);
    }

    // Below those that the system gives to outgoing connections: one of the many others here would take a port between this look and the server's start.
    private static int FreePorts(int count)
    {
        for (int attempt = 0; ; attempt++)
        {
            int first = 20_000 + ((Environment.ProcessId + attempt) % 2000 * count);
            List<TcpListener> taken = [];
            try
            {
                for (int i = 0; i < count; i++)
                    taken.Add(Listen(first + i));
                return first;
            }
            catch (SocketException) when (attempt < 2000)
            {
                // Somewhere else.
            }
            finally
            {
                foreach (TcpListener listener in taken)
                    listener.Dispose();
            }
        }
    }

    private static TcpListener Listen(int port)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
