using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;

namespace FireproofBench.Simulation.Running;

/// <content>What lies at devices and stores in the end.</content>
internal sealed partial class WorldRun
{
    // What may be kept and sent whatever was written.
    private const int Free = 20;

    // Raw, so that nothing that the engine does on the way hides what lies there.
    private async Task VerifyFilesAsync()
    {
        StoredFiles files = new(_witness, _scene.Secrets, await KeysAsync());
        foreach (WorldDevice device in _devices)
        {
            await foreach ((string name, ReadOnlyMemory<byte> content) in device.Medium.FilesAsync())
                files.Look(device.Name, name, content);
        }

        foreach (StoreSite site in _scene.Sites)
        {
            try
            {
                RetryOptions patience = RetryOptions.Of(new GatewayOptions { Time = _world.Time, Entropy = new Dice(_plan.Seed, "files") });
                (int count, long bytes) = (0, 0);
                await using RetryingGateway objects = new(site.Store.Open(), patience);
                await foreach (ObjectInfo found in objects.ListAllAsync("", CancellationToken.None))
                {
                    // A store that lists late may name what is deleted.
                    if (await objects.GetAsync(found.Key, null, CancellationToken.None) is not { } content)
                        continue;
                    files.Look(site.Name, found.Key, content.Bytes);
                    count++;
                    bytes += content.Bytes.Length;
                }

                VerifyStored(site.Name, count, bytes);

                await using IDeviceStore remote = site.Store.OpenDatabase(Scene.Prefix, Scene.DatabaseName);
                foreach (MetaEntry entry in (await remote.Metadata.ReadAsync(CancellationToken.None)).Entries)
                    _scene.Secrets?.Look(site.Name, entry);
            }
            catch (StorageException outage) when (outage.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
            {
                // What a store does not show now, it has shown to a new device.
            }
        }
    }

    // Three times the most that was seen in 140 sound worlds: 7 requests for each unit. A head that is listed and hidden by a cache is asked for up to three times in each look.
    private async Task VerifyCostAsync(WorldDevice device)
    {
        int requestsEach = _url.Store.MaxAge > TimeSpan.Zero ? 40 : 20;
        int writes = _witness.Acknowledged.Count;
        double looks = _world.Time.Elapsed / _plan.PollInterval;

        // A writer whose reads of the one object of all heads come from a cache is refused until that forgets.
        int refusals = _url is { Form: HeadsForm.SingleObject } && _url.Store.MaxAge > TimeSpan.Zero ? 2 * SingleObjectHeads.MaxAttempts : 0;
        double requests = _scene.Sites.Length * ((requestsEach * (writes + looks + (Free * device.Lives))) + (refusals * writes));
        if (device.Requests > requests)
            _witness.Accuse(Claim.Bounds, string.Create(CultureInfo.InvariantCulture, $"{device.Name} sent {device.Requests} requests, and {requests:f0} are the most for {writes} writes, {looks:f0} looks, {device.Lives} lives and {_scene.Sites.Length} stores"));
        int files = 0;
        long bytes = 0;
        await foreach ((_, ReadOnlyMemory<byte> content) in device.Medium.FilesAsync())
        {
            files++;
            bytes += content.Length;
        }

        VerifyStored(device.Name, files, bytes);
    }

    // Three times the most that was seen in 140 sound worlds at a device: 1 file and 6.5 kB for each write. Each device carries what it sees at one store to the others, under a head of its own.
    private void VerifyStored(string place, int files, long bytes)
    {
        const int BytesEach = 20_000;
        int filesEach = 3 + (_devices.Length * (_scene.Sites.Length - 1));
        int units = _witness.Acknowledged.Count + Free;
        if (files > filesEach * units || bytes > BytesEach * (long)units)
            _witness.Accuse(Claim.Bounds, $"{place} keeps {files} files of {bytes} bytes, and {filesEach} files and {BytesEach} bytes for each of {units - Free} writes and {Free} more are the most");
    }
}
