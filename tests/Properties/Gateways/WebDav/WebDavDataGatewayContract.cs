using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Gateways.WebDav;

/// <summary>The contract of data gateways on a real WebDAV server, each test in a folder of its own.</summary>
#pragma warning disable CA2213 // The base class disposes of its gateway, which is this one.
public abstract class WebDavDataGatewayContract(string server) : DataGatewayContract, IAsyncLifetime
{
    // Stands in where the test is skipped.
    private IDataGateway _gateway = new MemoryDataGateway(TimeProvider.System);
    private WebDavServer? _server;

    private protected override IDataGateway Gateway => _gateway;

    private protected override int Shorter => 4;

    private protected override bool PutsTellVersions => false;

    private protected override bool Keeps(string key) => !key.Any(char.IsControl);

    public async ValueTask InitializeAsync()
    {
        _server = await WebDavServer.RequireAsync(server);
        _gateway = _server.Open();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    // A folder that lost its last object still keeps its name from an object.
    private protected override void Afresh()
    {
        IDataGateway former = _gateway;
        _gateway = _server!.Open();
        former.DisposeAsync().AsTask().Wait();
    }
}

/// <summary>On nginx: the version is of seconds, and names with a dot in front are not listed.</summary>
public sealed class NginxDataGatewayTests() : WebDavDataGatewayContract("nginx")
{
    private protected override bool VersionsAreFine => false;

    private protected override bool Keeps(string key) => key[0] != '.' && base.Keeps(key);
}

/// <summary>On rclone: objects are moved into place, and a replaced one is absent for a moment.</summary>
public sealed class RcloneDataGatewayTests() : WebDavDataGatewayContract("rclone")
{
    private protected override bool ReplacesWhole => false;
}

/// <summary>On Apache: the version is of the file system's ticks, and a get beside a replacement can join the length of one content with the bytes of the other.</summary>
public sealed class ApacheDataGatewayTests() : WebDavDataGatewayContract("apache")
{
    private protected override bool VersionsAreFine => false;

    private protected override bool ReplacesWhole => false;
}
