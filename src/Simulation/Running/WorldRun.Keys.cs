using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Storage;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Simulation.Running;

/// <content>The keys of the devices.</content>
internal sealed partial class WorldRun
{
    private const string KeyName = $"@{Scene.DatabaseName}-data@";

    // Of a tenth of a second, until nobody is expected to open by himself.
    private const int MostWaits = 300;

    // What was under way when somebody died never arrives: everybody invites everybody.
    private async Task ShareKeysAsync()
    {
        if (!_plan.Takes(StepKind.RotateKey) || !_plan.Has(Features.Encryption))
            return;

        // Whoever is not open may wait for the key of another. Where each waits for one whose invitation never came, people bring each other their bags.
        List<WorldDevice> left = [.. _devices];
        for (int waits = 0; left.Count > 0;)
        {
            if (left.Find(static device => device.Database is not null) is not { Database: { } database } from)
            {
                await _scene.DelayAsync(TimeSpan.FromMilliseconds(100));
                if (++waits == MostWaits)
                    await MergeBagsAsync();
                continue;
            }

            _ = left.Remove(from);
            foreach (WorldDevice to in _devices)
            {
                if (to == from)
                    continue;
                using Invitation invitation = await database.InviteAsync();
                await to.TakeInvitationAsync(invitation);
            }
        }

        foreach (WorldDevice device in _devices)
            await device.RunAsync(device.AttachRefusedAsync);
    }

    private async Task MergeBagsAsync()
    {
        foreach (WorldDevice from in _devices)
        {
            using KeyRing? keys = await DatabaseKeys.ReadAsync(Scene.DatabaseName, from.Bag!, CancellationToken.None);
            foreach (WorldDevice to in _devices)
            {
                if (keys is not null && to != from)
                    (await DatabaseKeys.ChangeAsync(DatabaseKeys.NameOf(Scene.DatabaseName), to.Bag!, former => Joined(former, keys), CancellationToken.None)).Dispose();
            }
        }

        static KeyRing Joined(KeyRing? former, KeyRing more)
        {
            KeyRing joined = former ?? more.Copy();
            _ = joined.Add(more);
            return joined;
        }
    }

    private async Task<Dictionary<KeyFingerprint, byte[]>> KeysAsync()
    {
        Dictionary<KeyFingerprint, byte[]> keys = [];
        if (!_plan.Has(Features.Encryption))
            return keys;
        foreach (WorldDevice device in _devices)
        {
            if (await device.Bag!.ReadAsync(KeyName, CancellationToken.None) is not { } item)
                continue;
            using KeyRing ring = KeyBagItem.Read(KeyName, item);
            foreach (FileKey key in ring.Keys)
                keys[key.Fingerprint] = key.ExportBytes();
        }

        return keys;
    }
}
