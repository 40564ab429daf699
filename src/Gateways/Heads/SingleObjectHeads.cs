using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Heads;

/// <summary>The heads of a database over a store of objects, all in <c>meta/main.json</c>: each publication compares and swaps.</summary>
/// <remarks>
/// <para>Every write carries a nonce, so that no two contents have one entity tag, and so that a write whose answer was lost is recognised when it is read back.
/// A publication that loses the race reads again and retries, after a pause that grows and is left to chance.</para>
/// <para>Entries in objects of their own, as <see cref="MultiObjectHeads"/> keeps them, are taken in with the first publication: the form may be changed to this
/// one while nobody writes.</para>
/// <para>A store that shows late may give a version that was replaced. Those that this one replaced, or saw refused, are known: then its own newest write is taken
/// for what is there, as far as that was not refused too, and else a publication waits for the store, a minute at the most.</para>
/// </remarks>
public sealed class SingleObjectHeads : IMetadataGateway
{
    /// <summary>How often a publication is tried.</summary>
    public const int MaxAttempts = 64;

    private const int MostOutdated = 256;

    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly IDataGateway _data;
    private readonly TimeProvider _time;
    private readonly IEntropy _entropy;
    private readonly Lock _gate = new();

    // A version is never there again once it was replaced: each content has a nonce.
    private readonly HashSet<string> _outdated = new(StringComparer.Ordinal);
    private volatile State? _last;
    private volatile State? _written;
    private volatile MetaEntry[]? _strays;

    /// <summary>The heads of one database.</summary>
    /// <param name="data">The objects of the database. They stay open when this is disposed of.</param>
    /// <param name="options">Clock and randomness.</param>
    public SingleObjectHeads(IDataGateway data, GatewayOptions options)
    {
        _data = data;
        _time = options.Time;
        _entropy = options.Entropy;
        Traits = new MetadataTraits { Provider = data.Traits.Provider, Push = false, SingleObject = true, KeepsKeys = true };
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; }

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => (await ReadStateAsync(cancellation)).Reading;

    /// <inheritdoc/>
    /// <exception cref="StorageException">Unsupported where the store enforces no conditions; Conflict when every attempt lost to other writers; Transient when the store shows what was replaced for longer than a minute.</exception>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        long began = _time.GetTimestamp();
        for (int attempt = 1, lost = 0; ; attempt++)
        {
            State state = await ReadStateAsync(cancellation);
            MetaEntry[] entries = [.. state.Reading.Entries.Where(e => e.Cid == entry.Cid || !superseded.Contains(e.Cid))];
            bool known = Array.Exists(entries, e => e.Cid == entry.Cid);
            if (known && entries.Length == state.Reading.Entries.Length && _strays is { Length: 0 })
                return;
            if (!IsOutdated(state))
            {
                if (await TryWriteAsync(state, known ? entries : [.. entries, entry], cancellation))
                {
                    await RemoveStraysAsync(cancellation);
                    return;
                }

                if (++lost == MaxAttempts)
                    throw new StorageException(StorageErrorKind.Conflict, "publish", HeadKeys.Main, $"other writers were faster {MaxAttempts} times; retry, or keep each head in an object of its own");
            }
            else if (_time.GetElapsedTime(began) >= _patience)
            {
                // Perhaps somebody restored an old copy: the next publication takes it as it is.
                Forget();
                throw new StorageException(StorageErrorKind.Transient, "publish", HeadKeys.Main, $"the store still shows a state that was replaced {_patience.TotalSeconds} s ago; try again, or keep each head in an object of its own");
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    /// <summary>A store of objects tells of nothing: the stream is empty, and ends when it is cancelled.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Cancelled.WaitAsync(cancellation);
        yield break;
    }

    /// <summary>Does nothing: the objects belong to whoever opened them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<State> ReadStateAsync(CancellationToken cancellation)
    {
        State state = await ReadShownAsync(cancellation);
        return _written is { } written && IsOutdated(state) && !IsOutdated(written) && written.Strays == state.Strays ? written : state;
    }

    private async ValueTask<State> ReadShownAsync(CancellationToken cancellation)
    {
        MetaEntry[] strays = _strays ??= await ReadStraysAsync(cancellation);
        ObjectContent? content = await _data.GetAsync(HeadKeys.Main, null, cancellation);
        string version = content?.Info.Version ?? "";
        if (_last is { } last && last.Version == version && last.Strays == strays)
            return last;
        ImmutableArray<MetaEntry> entries = content is null ? [] : HeadKeys.Parse(content);
        if (strays.Length > 0)
            entries = [.. entries, .. strays.Where(stray => !entries.Any(e => e.Cid == stray.Cid || e.Parents.Contains(stray.Cid)))];
        State state = StateOf(entries, version, strays);
        _last = state;
        return state;
    }

    private static State StateOf(ImmutableArray<MetaEntry> entries, string version, MetaEntry[] strays) =>
        new(new MetaReading(entries, $"{version}-{strays.Length}"), version, strays);

    // False when another writer was faster, or nothing can be said: then it is read again, and what is there decides.
    private async ValueTask<bool> TryWriteAsync(State state, MetaEntry[] entries, CancellationToken cancellation)
    {
        byte[] content = HeadKeys.WriteWith(HeadKeys.Main, entries, $"\"nonce\":\"{Nonce()}\"");
        try
        {
            PutCondition condition = state.Version.Length == 0 ? PutCondition.IfAbsent : PutCondition.IfMatches(state.Version);
            string version = await _data.PutAsync(HeadKeys.Main, content, condition, cancellation);
            NoteOutdated(state);
            _written = StateOf(ImmutableCollectionsMarshal.AsImmutableArray(entries), version, state.Strays);
            return true;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
        {
            if (failure.Kind == StorageErrorKind.PreconditionFailed)
                NoteOutdated(state);
            return false;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Ambiguous or StorageErrorKind.Transient)
        {
            ObjectContent? there = await _data.GetAsync(HeadKeys.Main, null, cancellation);
            return there is not null && there.Bytes.Span.SequenceEqual(content);
        }
    }

    // A store that is strongly consistent shows what is: an old version there was put back by somebody, and is to be seen.
    private bool IsOutdated(State state)
    {
        if (_data.Traits.StronglyConsistent)
            return false;
        lock (_gate)
            return _outdated.Contains(state.Version);
    }

    private void NoteOutdated(State state)
    {
        if (_data.Traits.StronglyConsistent)
            return;
        lock (_gate)
        {
            if (_outdated.Count == MostOutdated)
                _outdated.Clear();
            _outdated.Add(state.Version);
        }
    }

    private void Forget()
    {
        lock (_gate)
            _outdated.Clear();
        _written = null;
    }

    private async ValueTask<MetaEntry[]> ReadStraysAsync(CancellationToken cancellation)
    {
        List<HeadObject> strays = [];
        foreach (ObjectInfo listed in await HeadKeys.ListAsync(_data, cancellation))
        {
            if (HeadKeys.TryParse(listed.Key, out Cid cid) && await HeadKeys.ReadAsync(_data, cid, cancellation) is { } stray)
                strays.Add(stray);
        }

        return
        [
            .. strays.Select(static stray => stray.Entry)
                .Where(entry => !strays.Exists(other => other.Entry.Parents.Contains(entry.Cid) || other.Superseded.Contains(entry.Cid))),
        ];
    }

    private async ValueTask RemoveStraysAsync(CancellationToken cancellation)
    {
        if (_strays is not { Length: > 0 } strays)
            return;
        try
        {
            foreach (ObjectInfo listed in await HeadKeys.ListAsync(_data, cancellation))
            {
                if (HeadKeys.TryParse(listed.Key, out Cid cid) && Array.Exists(strays, stray => stray.Cid == cid))
                    _ = await _data.DeleteAsync(listed.Key, null, cancellation);
            }

            _strays = [];
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            // They are in the file by now; the next publication removes them.
        }
    }

    private Task PauseAsync(int attempt, CancellationToken cancellation)
    {
        Span<byte> chance = stackalloc byte[2];
        _entropy.Fill(chance);
        double longest = Math.Min(5 << Math.Min(attempt, 10), _longestPause.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(longest * BitConverter.ToUInt16(chance) / ushort.MaxValue), _time, cancellation);
    }

    private string Nonce()
    {
        Span<byte> bytes = stackalloc byte[16];
        _entropy.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private sealed record State(MetaReading Reading, string Version, MetaEntry[] Strays);
}
