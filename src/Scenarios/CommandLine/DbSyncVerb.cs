using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Both ways between two stores of one database: <c>sync</c>.</summary>
internal sealed class DbSyncVerb(DbVerb verb)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly Argument<string> _remote = new("REMOTE") { Description = "The other store of the same database; made when it is not there." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Go on until interrupted: look on both sides once a second." };

    /// <summary>The verb.</summary>
    public Command Create() => verb.Create(
        "sync",
        "Copies what each side lacks, merges both histories, and leaves both with the same heads. Prints one line of JSON for each exchange.",
        [_remote, _watch],
        RunAsync,
        "fireproofbench db sync ./data /mnt/shared --name notes",
        "fireproofbench db sync ./data /mnt/shared --name notes --watch     ends with Ctrl-C",
        "",
        "Both sides need the same key: 'fireproofbench db share' on the device that has it, 'db join' on the other. An exchange that breaks off leaves both sides readable: repeat it.");

    private async Task<int> RunAsync(DbCall call)
    {
        DatabasePlace there = call.Place with { Url = GatewayUrl.Parse(call.Get(_remote)), Heads = null };
        bool watches = call.Parsed.GetValue(_watch);
        bool isRemoteThere = await there.HoldsDatabaseAsync(call.Cancellation);

        // A new device begins with what the remote has, so here the database may be missing; somewhere it must be.
        if (isRemoteThere)
            await call.Place.RequireKeyAsync(call.Cancellation);
        await using Database database = await call.OpenAsync(isRemoteThere ? OpenMode.Create : OpenMode.Existing);
        await using IDeviceStore remote = there.OpenDevice();
        bool isFirst = true;
        do
        {
            if (!isFirst)
                await Task.Delay(_pause, call.Cancellation);
            SyncResult result = await database.SyncAsync(remote, call.Cancellation);
            if (isFirst || result.FilesPulled + result.FilesPushed > 0)
                await call.WriteLineAsync(Describe(result));
            isFirst = false;
        }
        while (watches);
        return ExitCodes.Success;
    }

    private static string Describe(SyncResult result) => System.Text.Encoding.UTF8.GetString(JsonLine.Of(json =>
    {
        json.WriteNumber("bytesPulled", result.BytesPulled);
        json.WriteNumber("bytesPushed", result.BytesPushed);
        json.WriteNumber("filesPulled", result.FilesPulled);
        json.WriteNumber("filesPushed", result.FilesPushed);
        JsonLine.WriteCids(json, "heads", result.Heads);
    }).Span);
}
