using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Simulation.Devices;

/// <content>Steps into the past.</content>
internal sealed partial class WorldDevice
{
    private const int SnapshotNames = 3;

    private ImmutableArray<Cid> DrawKnown(Dice dice) => _known.Count == 0 ? [] : _known[dice.Below(_known.Count)];

    // A past state may be compacted away, here or by others: then it says so.
    private static async Task<T?> UnlessCompactedAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (MissingBlockException)
        {
            return null;
        }
    }

    private async Task<string> ReadPastAsync(Database database, Dice dice)
    {
        ImmutableArray<Cid> heads = DrawKnown(dice);
        if (heads.IsEmpty)
            return "nothing is known";
        return await UnlessCompactedAsync(async () =>
        {
            DatabaseSnapshot past = await database.SnapshotAsync(heads);
            ImmutableArray<Engine.Clock.KeyValue> rows = await ReadRowsAsync(past.RowsAsync(), $"{Name} looking back", past.Heads);
            return string.Create(CultureInfo.InvariantCulture, $"{rows.Length} documents at {Names.Of(heads)}");
        }) ?? "compacted away";
    }

    private async Task<string> ChangesAsync(Database database, Dice dice)
    {
        ImmutableArray<Cid> since = DrawKnown(dice);
        _ = _scene.Witness.Sessions.LookAt(database);
        ChangeSet changes = await database.ChangesAsync(since);
        _scene.Witness.Report(_number, since, changes);
        Know(changes.Heads);
        return string.Create(CultureInfo.InvariantCulture, $"{changes.Changes.Length} since {Names.Of(since)}");
    }

    private async Task<string> KeepSnapshotAsync(Database database, Dice dice)
    {
        string name = "kept-" + dice.Below(SnapshotNames).ToString(CultureInfo.InvariantCulture);
        if (database.Heads.IsEmpty)
            return "nothing is there to keep";
        KeptSnapshots.Attempt attempt = _kept.Begin(name);
        ImmutableArray<Cid> heads = await database.KeepSnapshotAsync(name);
        _kept.End(attempt, heads);
        return $"{name} at {Names.Of(heads)}";
    }

    private async Task<string> OpenSnapshotAsync(Database database, Dice dice)
    {
        string name = "kept-" + dice.Below(SnapshotNames).ToString(CultureInfo.InvariantCulture);
        KeptSnapshots.Look look = _kept.LookAt(name);
        DatabaseSnapshot? kept = await database.OpenSnapshotAsync(name);
        if (_kept.WrongWith(look, kept?.Heads) is { } wrong)
            _scene.Witness.Accuse(Claim.Durability, $"{Name} opens its snapshot {name}: {wrong}");
        if (kept is null)
            return $"no {name}";
        ImmutableArray<Engine.Clock.KeyValue> rows = await ReadRowsAsync(kept.RowsAsync(), $"{Name} in its snapshot {name}", kept.Heads);
        return string.Create(CultureInfo.InvariantCulture, $"{name}: {rows.Length} documents at {Names.Of(kept.Heads)}");
    }

    private async Task<string> RollBackAsync(Database database, Step step, Dice dice)
    {
        ImmutableArray<Cid> heads = DrawKnown(dice);
        if (heads.IsEmpty)
            return "nothing is known";
        return await UnlessCompactedAsync(async () =>
        {
            (Listener listener, TimeSpan begun) = (Listener!, _scene.World.Time.Elapsed);
            PutResult result = await database.RollbackAsync(heads);
            listener.Acknowledge(listener.Expect(begun, result.Ids));
            return (result.Ids.IsEmpty ? "nothing differs; " : "") + Acknowledge(database, step, result, [], heads) + $" as it was at {Names.Of(heads)}";
        }) ?? "compacted away";
    }
}
