using FireproofBench.Engine;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Sync;

namespace FireproofBench.Simulation.Devices;

/// <content>Steps that have to do with others: links, keys, closing and opening.</content>
internal sealed partial class WorldDevice
{
    private const int MostSynchronisations = 3;

    private async Task<string> DetachAsync(Dice dice)
    {
        int store = dice.Below(_links.Length);
        if (_links[store] is not { } link)
            return "it is not attached";
        _links[store] = null;
        await link.DisposeAsync();
        TimeSpan pause = TimeSpan.FromSeconds(20 * dice.Fraction());
        _ = _process!.Start(async () =>
        {
            await _scene.DelayAsync(pause);
            await AttachAsync(store);
        });
        return _scene.Sites[store].Name;
    }

    private async Task<string> SynchroniseAsync(Database database, Dice dice)
    {
        int store = dice.Below(_links.Length);
        await using IDeviceStore remote = OpenRemote(store);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                SyncResult result = await database.SyncAsync(remote);
                return $"{_scene.Sites[store].Name}: {result.FilesPulled} files here, {result.FilesPushed} there";
            }
            catch (StorageException failure) when (attempt < MostSynchronisations && failure.Kind is StorageErrorKind.Transient or StorageErrorKind.Ambiguous)
            {
                // As people do: what broke off is repeated as it stands.
                await _scene.DelayAsync(TimeSpan.FromSeconds(dice.Fraction()));
            }
        }
    }

    private async Task<string> RotateKeyAsync(Database database, Dice dice)
    {
        if (Bag is null)
            return "nothing is sealed";
        _ = await database.RotateKeyAsync();
        foreach (WorldDevice other in _scene.Devices)
        {
            if (other == this)
                continue;
            Invitation invitation = await database.InviteAsync();
            TimeSpan underway = TimeSpan.FromSeconds(10 * dice.Fraction());
            _ = _scene.World.Start(async () =>
            {
                await _scene.DelayAsync(underway);
                using (invitation)
                    await other.TryTakeInvitationAsync(invitation);
            });
        }

        return "invitations are on their way";
    }

    private async Task<string> ReopenAsync(Database database)
    {
        if (Database != database)
            return "it is closed already";
        SimulatedProcess process = _process!;
        Database = null;
        Array.Clear(_links);
        await database.DisposeAsync();
        VerifyListener(null);
        Array.Clear(_remotes);
        await LiveAsync(process);
        return "open again";
    }
}
