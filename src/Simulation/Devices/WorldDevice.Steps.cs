using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Devices;

/// <content>The steps that a device makes by itself: writes, reads, and what keeps its files in order.</content>
internal sealed partial class WorldDevice
{
    private const int FewIds = 4;
    private const int ManyIds = 300;
    private const int Groups = 3;
    private const int GroupSize = 3;
    private const int LongestKnown = 64;
    private const int MostWalks = 3;

    private readonly List<ImmutableArray<Cid>> _known = [];

    /// <summary>Begins a step of the plan.</summary>
    public void Begin(Step step)
    {
        if (_process is { IsDead: false } process)
            _ = process.Start(() => TakeAsync(process, step));
        else
            _scene.Trace.Add(Name, TraceKind.Refused, Label(step), "it is switched off");
    }

    private static string Label(Step step) => string.Create(CultureInfo.InvariantCulture, $"{step.Number} {step.Kind}");

    private async Task TakeAsync(SimulatedProcess process, Step step)
    {
        string label = Label(step);
        if (Database is not { } database)
        {
            _scene.Trace.Add(Name, TraceKind.Refused, label, "the database is not open");
            return;
        }

        _scene.Trace.Add(Name, TraceKind.Begun, label);
        bool hadPatches = HasPatches;
        _underway++;
        try
        {
            string done = await ActAsync(database, step, new Dice(step.Chance));
            _scene.Trace.Add(Name, TraceKind.Done, label, done);
        }
        catch (Exception) when (process.IsDead)
        {
            // It died within this very step of its code.
        }
        catch (Exception refusal) when (IsForeseen(refusal, database, step.Kind, hadPatches))
        {
            Hear($"at step {label}", refusal);
            _scene.Trace.Add(Name, TraceKind.Refused, label, refusal.Message);
        }
        catch (Exception e)
        {
            Surprise($"at step {label}", e);
        }
        finally
        {
            if (!process.IsDead)
            {
                _underway--;
                HearReports();
            }
        }
    }

    private async Task<string> ActAsync(Database database, Step step, Dice dice) => step.Kind switch
    {
        StepKind.Put => await PutAsync(database, step, DrawId(dice), dice),
        StepKind.Update => await UpdateAsync(database, step, DrawId(dice), dice),
        StepKind.Delete => await DeleteAsync(database, step, DrawId(dice)),
        StepKind.Bulk => await PutGroupAsync(database, step, dice),
        StepKind.Burst => await BurstAsync(database, step, dice),
        StepKind.AttachFile => await AttachFileAsync(database, step, dice),
        StepKind.ReadFile => await ReadFilesAsync(database, DrawIdWithFiles(dice)),
        StepKind.Read => await ReadAsync(database, DrawId(dice)),
        StepKind.ReadAll => await ReadAllAsync(database, Name),
        StepKind.ReadPast => await ReadPastAsync(database, dice),
        StepKind.Changes => await ChangesAsync(database, dice),
        StepKind.KeepSnapshot => await KeepSnapshotAsync(database, dice),
        StepKind.OpenSnapshot => await OpenSnapshotAsync(database, dice),
        StepKind.Rollback => await RollBackAsync(database, step, dice),
        StepKind.Compact => await CompactAsync(database),
        StepKind.Detach => await DetachAsync(dice),
        StepKind.Synchronise => await SynchroniseAsync(database, dice),
        StepKind.RotateKey => await RotateKeyAsync(database, dice),
        StepKind.Reopen => await ReopenAsync(database),
        _ => throw new InvalidOperationException($"{step.Kind} is no step of a device."),
    };

    private string DrawId(Dice dice)
    {
        int ids = _scene.Plan.Has(Features.ManyIds) && !dice.OneIn(4) ? ManyIds : FewIds;
        return string.Create(CultureInfo.InvariantCulture, $"{Scene.Mark}{(ids == FewIds ? "few" : "many")}-{dice.Below(ids)}");
    }

    private static Document NewDocument(string id, Step step, int part, Dice dice)
    {
        // Now and then one that is longer than a shard.
        string padding = dice.OneIn(12) ? new string((char)('a' + dice.Below(26)), dice.Below(2000)) : "";
        return Document.Parse(string.Create(
            CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","by":"{{Plan.NameOf(step.Device)}}","n":{{step.Number}},"part":{{part}},"text":"{{Scene.Mark}}{{padding}}"}"""));
    }

    private string Acknowledge(Database database, Step step, PutResult result, ImmutableArray<KeyValue> writes, ImmutableArray<Cid> restored = default)
    {
        _scene.Witness.Sessions.Acknowledge(database, result.Heads);
        _scene.Witness.Acknowledge(new Acknowledgement(_number, step.Number, result.Heads, writes) { Restored = restored });
        Know(result.Heads);
        return $"{string.Join(' ', writes.Select(static write => write.Key[Scene.Mark.Length..]))} at {Names.Of(result.Heads)}";
    }

    private void Know(ImmutableArray<Cid> heads)
    {
        _known.Add(heads);
        if (_known.Count > LongestKnown)
            _known.RemoveAt(0);
    }

    // Whoever subscribed is to be told of it, once it is acknowledged.
    private async Task<string> TellAsync(Database database, Step step, ImmutableArray<KeyValue> writes, Func<ValueTask<PutResult>> write)
    {
        Listener listener = Listener!;
        Expectation told = listener.Expect(_scene.World.Time.Elapsed, [.. writes.Select(static one => one.Key)]);
        PutResult result = await write();
        listener.Acknowledge(told);
        return Acknowledge(database, step, result, writes);
    }

    private Task<string> PutAsync(Database database, Step step, string id, Dice dice)
    {
        Document document = NewDocument(id, step, 0, dice);
        return TellAsync(database, step, [new KeyValue(id, document.Block.Cid)], () => database.PutAsync(document));
    }

    private async Task<string> UpdateAsync(Database database, Step step, string id, Dice dice)
    {
        _ = await ReadAsync(database, id);
        return await PutAsync(database, step, id, dice);
    }

    private Task<string> DeleteAsync(Database database, Step step, string id) =>
        TellAsync(database, step, [new KeyValue(id, DocumentBlock.Tombstone.Cid)], () => database.DeleteAsync(id));

    private Task<string> PutGroupAsync(Database database, Step step, Dice dice)
    {
        int group = dice.Below(Groups);
        Document[] members = [.. Enumerable.Range(0, GroupSize).Select(member => Document.Parse(string.Create(
            CultureInfo.InvariantCulture, $$"""{"_id":"{{Scene.Mark}}group-{{group}}-{{member}}","token":{{step.Number}}}""")))];
        return TellAsync(database, step, [.. members.Select(static member => new KeyValue(member.Id!, member.Block.Cid))], () => database.PutManyAsync(members));
    }

    private async Task<string> BurstAsync(Database database, Step step, Dice dice)
    {
        int count = 2 + dice.Below(6);
        Task<string>[] puts = [.. Enumerable.Range(0, count).Select(part =>
        {
            Document document = NewDocument(DrawId(dice), step, part, dice);
            return TellAsync(database, step, [new KeyValue(document.Id!, document.Block.Cid)], () => database.PutAsync(document));
        })];
        await Task.WhenAll(puts);
        return string.Create(CultureInfo.InvariantCulture, $"{count} puts");
    }

    private async Task<string> ReadAsync(Database database, string id)
    {
        ImmutableArray<Cid> before = _scene.Witness.Sessions.LookAt(database);
        Document? found = await database.GetAsync(id);
        if (before.SequenceEqual(database.Heads))
            _scene.Witness.Read(_number, before, [new KeyValue(id, found?.Block.Cid ?? default)]);
        return found is null ? "nothing" : Names.Of(found.Block.Cid);
    }

    /// <summary>Reads all documents, and lets the witness see them.</summary>
    internal async Task<string> ReadAllAsync(Database database, string who)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                ImmutableArray<Cid> heads = _scene.Witness.Sessions.LookAt(database);
                bool hadPatches = HasPatches;
                ImmutableArray<KeyValue> rows = await ReadRowsAsync(database.RowsAsync(), who, heads, () => !(MayBeginAnew || hadPatches) || heads.SequenceEqual(database.Heads));
                return string.Create(CultureInfo.InvariantCulture, $"{rows.Length} documents at {Names.Of(heads)}");
            }
            catch (MissingBlockException) when (IsDirect && attempt < MostWalks)
            {
                // Others compacted what it had begun with. It knows by now what they left.
            }
        }
    }

    // A walk whose first file is not to be had begins anew at a newer state.
    private bool MayBeginAnew => IsDirect || HasPatches || _scene.Plan.HasDamage;

    private async Task<ImmutableArray<KeyValue>> ReadRowsAsync(IAsyncEnumerable<DocumentRow> rows, string who, ImmutableArray<Cid> heads, Func<bool>? areThose = null)
    {
        ImmutableArray<KeyValue>.Builder seen = ImmutableArray.CreateBuilder<KeyValue>();
        Dictionary<string, string> tokens = [];
        await foreach (DocumentRow row in rows)
        {
            seen.Add(new KeyValue(row.Id, row.Document?.Block.Cid ?? DocumentBlock.Tombstone.Cid));
            if (!row.Id.StartsWith(Scene.Mark + "group-", StringComparison.Ordinal))
                continue;
            string group = row.Id[..row.Id.LastIndexOf('-')];
            string json = row.Document?.ToJson() ?? "";
            string token = json[(json.IndexOf("token", StringComparison.Ordinal) + 1)..];
            if (!tokens.TryAdd(group, token) && tokens[group] != token)
                _scene.Witness.Accuse(Claim.WholeCommits, $"{who} at {Names.Of(heads)} sees parts of two commits: {row.Id} is {json}, another member of its group {tokens[group]}");
        }

        ImmutableArray<KeyValue> all = seen.DrainToImmutable();
        if (areThose?.Invoke() != false)
            _scene.Witness.ReadAll(_number, who, heads, all);
        return all;
    }

    private async Task<string> CompactAsync(Database database)
    {
        await database.CompactAsync();
        return await ReadAllAsync(database, $"{Name} after its compaction");
    }
}
