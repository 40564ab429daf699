using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Network;

/// <summary>The network between one process and one store. What the store does goes on in the world, whatever becomes of the process that asked for it.</summary>
/// <param name="world">The world.</param>
/// <param name="shape">How messages are treated.</param>
/// <param name="dice">What is left to chance.</param>
/// <param name="trace">Is told of every request.</param>
/// <param name="witness">Sees what must not be.</param>
/// <param name="actor">Whose requests they are.</param>
/// <param name="site">Where it leads to.</param>
internal sealed class Wire(VirtualWorld world, WireShape shape, Dice dice, Trace trace, Witness witness, string actor, StoreSite site) : IStoreWay
{
    // What stands behind the sealed bytes: the field's name, a head, and a fingerprint.
    private const int KeyNameLength = 40;

    private const int TagLength = 16;

    private readonly List<Action> _connections = [];

    /// <summary>The world.</summary>
    public VirtualWorld World => world;

    /// <summary>Sees what stores tell whoever subscribed.</summary>
    public Witness Witness => witness;

    /// <summary>Whose requests they are, and where they go.</summary>
    public string Label => $"{actor} at the {site.Name}";

    /// <summary>What must not be sent in the clear; null where nothing is sealed.</summary>
    public Secrets? Secrets { get; init; }

    /// <summary>What lies between the store and the process, and may be damaged; null when nothing does.</summary>
    public DamagedCopies? Copies { get; init; }

    /// <summary>Whether nothing passes now, in either direction.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether messages only take their time: what else the shape says is over.</summary>
    public bool IsHealed { get; set; }

    /// <summary>Whether the process is gone, so that nobody waits for messages.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The requests so far.</summary>
    public long Requests { get; private set; }

    /// <summary>When a store last carried out what can change it; from the world's beginning.</summary>
    public TimeSpan LastChange { get; private set; }

    /// <summary>Whether a request may be carried out after its client gave up.</summary>
    public bool OutlivesClients => !shape.IsSteady;

    /// <inheritdoc/>
    public IDataGateway To(IDataGateway store) => new WiredGateway(store, this);

    /// <inheritdoc/>
    public IMetadataGateway To(IMetadataGateway heads) => new WiredHeads(heads, this);

    /// <summary>The process is gone.</summary>
    public void Close()
    {
        IsClosed = true;
        site.Disconnect(this);
    }

    /// <summary>A connection is kept from now on.</summary>
    /// <param name="broken">Called when it breaks from the other end.</param>
    public void Keep(Action broken) => _connections.Add(broken);

    /// <summary>A connection is kept no longer.</summary>
    public void Release(Action broken) => _connections.Remove(broken);

    /// <summary>Every connection breaks.</summary>
    public void Break()
    {
        foreach (Action broken in _connections.ToArray())
            broken();
    }

    /// <summary>Sends a request, and waits for its answer.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="operation">What is asked for, in a word.</param>
    /// <param name="key">Of which object.</param>
    /// <param name="changes">Whether it can change what is stored.</param>
    /// <param name="serve">Does it, at the store.</param>
    /// <param name="cancellation">Ends the waiting; what is on its way is done all the same.</param>
    /// <param name="served">Looks at what the store has, each time it did it, in time or late; null when nothing is to be looked at.</param>
    /// <exception cref="StorageException">Transient when nothing came back, Ambiguous when it may have been done; or what the store answers.</exception>
    public async ValueTask<T> SendAsync<T>(string operation, string key, bool changes, Func<CancellationToken, ValueTask<T>> serve, CancellationToken cancellation, Func<ValueTask>? served = null)
    {
        cancellation.ThrowIfCancellationRequested();
        Requests++;
        trace.Add(actor, TraceKind.Request, operation, key, site.Name);
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token), answer))
        {
            _ = world.Start(() => CarryAsync(new Request<T>(operation, key, changes, serve, served, answer)));
            return await answer.Task;
        }
    }

    /// <summary>Whoever reads a head asks for the files of its commit: they are in the store before it.</summary>
    /// <param name="database">Where the database is in the store, ending in <c>/</c>.</param>
    /// <param name="heads">The heads that a publication left there.</param>
    public async ValueTask LookForFilesAsync(string database, ImmutableArray<MetaEntry> heads)
    {
        foreach (Cid car in heads.SelectMany(static head => Ledger.ReadGroup(head).Cars))
        {
            if (!await site.Store.HoldsAsync(database + DataFiles.KeyOfCar(car)))
                witness.Accuse(Claim.FilesFirst, $"{actor} left a head at the {site.Name}, and the file {Names.Of(car)}.car of its commit is not there");
        }
    }

    /// <summary>While a head stands, the files of its commit stay. What a later compaction replaced goes only once no head names it.</summary>
    /// <param name="key">What was deleted.</param>
    public async ValueTask LookForHeadsAsync(string key)
    {
        foreach (MetaEntry head in await site.Store.HeadsAsync(Scene.Prefix, Scene.DatabaseName))
        {
            foreach (Cid car in Ledger.ReadGroup(head).Cars)
            {
                // Whoever sends it again may have been quicker.
                if (key.EndsWith(DataFiles.KeyOfCar(car), StringComparison.Ordinal) && !await site.Store.HoldsAsync(key))
                    witness.Accuse(Claim.FilesFirst, $"{actor} deleted the file {Names.Of(car)}.car at the {site.Name}, and the head {Names.Of(head.Cid)} whose commit it holds stands there");
            }
        }
    }

    /// <summary>A file as it arrives: as it was sent, or with a bit changed, now and then or each time for a while.</summary>
    /// <remarks>The name of the key, at the end of a sealed file, stays: no other copy could mend a link that was told of a key that nobody has.</remarks>
    public ReadOnlyMemory<byte> Arrived(string key, ReadOnlyMemory<byte> sent)
    {
        if (IsHealed || sent.Length <= KeyNameLength || DamageOf(key) is not { } damage)
            return sent;
        int end = sent.Length - KeyNameLength;

        // What is short decides as much as what is long: one in two is among the last bytes, where the tag of a sealed file is.
        int at = damage.OneIn(2) ? damage.Below(end) : Math.Max(0, end - 1 - damage.Below(TagLength));
        byte[] changed = sent.ToArray();
        changed[at] ^= (byte)(1 << damage.Below(8));
        trace.Add(actor, TraceKind.Fault, "gets a damaged file", key, site.Name);
        return changed;
    }

    /// <summary>A way in one direction.</summary>
    /// <returns>Whether what was sent arrived.</returns>
    public async Task<bool> PassAsync()
    {
        if (IsDown)
            return false;
        int deaths = site.Deaths;
        await DelayAsync(shape.Latency);
        return !IsDown && site.Deaths == deaths;
    }

    private bool IsDown => IsCut || site.IsAway;

    private Dice? DamageOf(string key) => Copies?.Find(key) ?? (shape.Damaged > 0 && dice.Fraction() < shape.Damaged ? dice : null);

    private async Task CarryAsync<T>(Request<T> request)
    {
        // Whoever has no connection learns it soon; what gets lost underway is only missed.
        if (IsDown && !dice.OneIn(4))
        {
            await DelayAsync(shape.Latency);
            request.Fail(StorageErrorKind.Transient, "no connection");
            return;
        }

        Fate fate = IsHealed ? Fate.Served : Draw();
        if (fate == Fate.Late)
        {
            await site.StraggleAsync(() => ArriveLateAsync(request));
            return;
        }

        if (fate == Fate.Lost || !await PassAsync())
        {
            await GiveUpAsync(request, request.Changes);
            return;
        }

        bool isAnswered = fate != Fate.Unanswered;
        Action reply = await ServeAsync(request, request.Served);
        if (fate == Fate.Twice && !IsHealed)
            _ = world.Start(() => site.StraggleAsync(() => ArriveAgainAsync(request)));
        if (!isAnswered || !await PassAsync())
            await GiveUpAsync(request, request.Changes);
        else
            reply();
    }

    // Gives what hands the answer over, once it has come back.
    private async Task<Action> ServeAsync<T>(Request<T> request, Func<ValueTask>? served = null)
    {
        T result;
        try
        {
            result = await request.Serve(CancellationToken.None);
            if (request.Changes)
                LastChange = world.Time.Elapsed;
        }
        catch (StorageException refusal)
        {
            return () => request.Answer.TrySetException(refusal);
        }

        if (served is not null)
            await served();
        return () => request.Answer.TrySetResult(result);
    }

    private async Task ArriveLateAsync<T>(Request<T> request)
    {
        await GiveUpAsync(request, request.Changes);
        await DelayAsync(shape.Timeout);
        if (site.IsAway)
            return;
        trace.Add(actor, TraceKind.Late, request.Operation, request.Key, site.Name);
        _ = await ServeAsync(request, request.Served);
    }

    private async Task ArriveAgainAsync<T>(Request<T> request)
    {
        await DelayAsync(shape.Timeout / 2);
        if (site.IsAway)
            return;
        trace.Add(actor, TraceKind.Again, request.Operation, request.Key, site.Name);
        _ = await ServeAsync(request, request.Served);
    }

    private async Task GiveUpAsync<T>(Request<T> request, bool mayBeDone)
    {
        await DelayAsync(shape.Timeout);
        request.Fail(mayBeDone ? StorageErrorKind.Ambiguous : StorageErrorKind.Transient, "no answer in time");
    }

    private Fate Draw()
    {
        if (shape.IsSteady)
            return Fate.Served;
        double drawn = dice.Fraction();
        return (drawn -= shape.Lost) < 0 ? Fate.Lost
            : (drawn -= shape.Unanswered) < 0 ? Fate.Unanswered
            : (drawn -= shape.Late) < 0 ? Fate.Late
            : drawn - shape.Twice < 0 ? Fate.Twice
            : Fate.Served;
    }

    private Task DelayAsync(TimeSpan mean) => Task.Delay(mean * (0.5 + dice.Fraction()), world.Time, CancellationToken.None);

    private enum Fate
    {
        Served,
        Lost,
        Unanswered,
        Late,
        Twice,
    }

    private sealed record Request<T>(
        string Operation, string Key, bool Changes, Func<CancellationToken, ValueTask<T>> Serve, Func<ValueTask>? Served, TaskCompletionSource<T> Answer)
    {
        public void Fail(StorageErrorKind kind, string reason)
        {
            if (!Answer.Task.IsCompleted)
                _ = Answer.TrySetException(new StorageException(kind, Operation, Key, reason));
        }
    }
}
