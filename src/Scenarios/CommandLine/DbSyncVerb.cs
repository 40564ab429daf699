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
    private readonly Option<bool> _watch = new("--watch") { Description = "Go on until interrupted: what either side writes goes to the other at once where the remote tells of changes, else within two seconds." };

    private readonly Option<bool> _publishKeys = new("--publish-keys") { Description = "Put the keys beside the heads, in the clear: whoever reads those, the provider too, can then open the files. Needed for fpcloud+http://, where the protocol has it so." };

    /// <summary>The verb.</summary>
    public Command Create() => verb.Create(
        "sync",
        "Copies what each side lacks, merges both histories, and leaves both with the same heads. Prints one line of JSON for each exchange that moved something.",
        [_remote, _watch, _publishKeys],
        RunAsync,
        "fireproofbench db sync ./data /mnt/shared --name notes",
        "fireproofbench db sync ./data /mnt/shared --name notes --watch     ends with Ctrl-C",
        "FIREPROOFBENCH_TOKEN=… fireproofbench db sync ./data fpcloud+http://127.0.0.1:8787 --name notes --publish-keys --watch",
        "",
        "Both sides need the same key: 'fireproofbench db share' on the device that has it, 'db join' on the other. An exchange that breaks off leaves both sides readable: repeat it.");

    private async Task<int> RunAsync(DbCall call)
    {
        DatabasePlace there = call.Place with { Url = GatewayUrl.Parse(call.Get(_remote)), Heads = null };
        bool watches = call.Parsed.GetValue(_watch);
        bool isRemoteThere = await there.HoldsDatabaseAsync(call.Cancellation);

        // A new device begins with what the remote has, so here the database may be missing; somewhere it must be. By the cloud protocol its keys come with it.
        if (isRemoteThere && there.Url.Scheme != GatewayScheme.FpCloud)
            await call.Place.RequireKeyAsync(call.Cancellation);
        if (there.Url.Scheme == GatewayScheme.FpCloud && !call.Parsed.GetValue(_publishKeys) && call.Place.KeyBagFolder is not null)
            throw new UsageException("The cloud protocol carries the keys of a database with its heads, in the clear: whoever may read the ledger can then open the files, and so can the endpoint. Say --publish-keys to do so.");
        await using Database database = await OpenAsync(call, there, isRemoteThere);
        await using IDeviceStore remote = there.OpenDevice();
        try
        {
            // An endpoint of the cloud protocol lists no files, so nothing can be copied there and back; a link needs no list.
            if (watches || there.Url.Scheme == GatewayScheme.FpCloud)
                await WatchAsync(call, database, there, remote, isOnce: !watches);
            else if (call.Parsed.GetValue(_publishKeys))
                throw new UsageException("--publish-keys says something only with --watch, or for fpcloud+http://.");
            else
                await call.WriteLineAsync(Describe(await database.SyncAsync(remote, call.Cancellation)));
            return ExitCodes.Success;
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.MissingContainer)
        {
            throw new UsageException($"{e.Message}. The database here is sound; {there.Url} is not there, or keeps no databases: check that address, or make the bucket or folder first");
        }
    }

    private static async Task<Database> OpenAsync(DbCall call, DatabasePlace there, bool isRemoteThere)
    {
        try
        {
            return await call.OpenAsync(isRemoteThere ? OpenMode.Create : OpenMode.Existing);
        }
        catch (StorageException e) when (!isRemoteThere && e.Kind == StorageErrorKind.MissingContainer)
        {
            throw new UsageException($"There is no database '{there.Name}' at {call.Place.Url}, nor at {there.Url}: check both, and --name; 'put' and 'import' begin one");
        }
    }

    private async Task WatchAsync(DbCall call, Database database, DatabasePlace there, IDeviceStore remote, bool isOnce)
    {
        await remote.PrepareAsync(call.Cancellation);
        await using RemoteLink link = await database.AttachAsync(
            new RemoteStore(there.Url.ToString(), remote.Data, remote.Metadata), new AttachOptions { PollInterval = 2 * _pause, PublishKeys = call.Parsed.GetValue(_publishKeys) }, call.Cancellation);
        SyncStatus told = new();
        Exception? failure = null;
        bool isFirst = true;
        while (true)
        {
            // What another process wrote to the folder here is found by looking; what the remote has, the link finds by itself.
            await database.RefreshAsync(call.Cancellation);
            using (CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation))
            {
                pause.CancelAfter(_pause);
                try
                {
                    await link.WhenUpToDateAsync(pause.Token);
                }
                catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
                {
                }
            }

            SyncStatus now = link.Status;
            if (now.LastError is { } error && error.Message != failure?.Message)
                await call.NoteAsync($"{there.Url} {(now.Activity == SyncActivity.Waiting ? "cannot be reached now, and is tried again" : "is up to date but for")}: {error.Message}");
            failure = now.LastError;
            if (isOnce && now.Activity == SyncActivity.Waiting && failure is not null)
                throw failure;
            if (now.Activity == SyncActivity.UpToDate && (isFirst || now.Sent.Files + now.Received.Files > told.Sent.Files + told.Received.Files))
            {
                await call.WriteLineAsync(Describe(new SyncResult(
                    (int)(now.Received.Files - told.Received.Files), now.Received.Bytes - told.Received.Bytes, (int)(now.Sent.Files - told.Sent.Files), now.Sent.Bytes - told.Sent.Bytes, database.Heads)));
                (told, isFirst) = (now, false);
                if (isOnce)
                    return;
            }

            await Task.Delay(_pause, call.Cancellation);
        }
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
