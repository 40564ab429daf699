using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Heads;

/// <summary>The heads of a database over a store of objects, all in <c>meta/main.json</c>: each publication compares and swaps.</summary>
/// <remarks>
/// <para>Every write carries a nonce, so that no two contents have one entity tag, and so that a write whose answer was lost is recognised when it is read back.
/// A publication that loses the race reads again and retries, after a pause that grows and is left to chance.</para>
/// <para>It carries its number in the row of writes as well. A store that shows late may give what was replaced: that has a lower number than what was seen or written
/// before, which then stands for it, until the store has shown nothing newer for a minute. A publication that is refused on top of what is known waits as long for the
/// newer state to be shown; where several write more often than the store shows their writes, each in an object of its own serves better.</para>
/// <para>Entries in objects of their own, as <see cref="MultiObjectHeads"/> keeps them, are taken in with the first publication: the form may be changed to this
/// one while nobody writes.</para>
/// </remarks>
public sealed class SingleObjectHeads : IMetadataGateway, IForgetfulHeads
{
    /// <summary>How often a publication is tried.</summary>
    public const int MaxAttempts = 64;

    // Of a field of an entry: within the list, and within the object.
    private const int FieldDepth = 2;

    // A file without a number: another program wrote it.
    private const long NoNumber = -1;

    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly IDataGateway _data;
    private readonly TimeProvider _time;
    private readonly IEntropy _entropy;
    private readonly Lock _gate = new();
    private State? _newest;
    private long? _pastSince;
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
    /// <exception cref="StorageException">
    /// Unsupported where the store enforces no conditions; Conflict when every attempt lost to other writers; Transient when the store shows for a minute nothing newer than what was replaced.
    /// </exception>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        string? refused = null;
        bool isUnsure = false;
        long since = _time.GetTimestamp();
        for (int attempt = 1, lost = 0; ; attempt++)
        {
            State state = await ReadStateAsync(cancellation);
            if (state.Version != refused)
            {
                since = _time.GetTimestamp();
                MetaEntry[] entries = [.. state.Reading.Entries.Where(e => e.Cid == entry.Cid || !superseded.Contains(e.Cid))];
                bool known = Array.Exists(entries, e => e.Cid == entry.Cid);
                if (known && entries.Length == state.Reading.Entries.Length && _strays is { Length: 0 })
                    return;

                // What was written although its answer was lost may have been followed by others meanwhile.
                if (isUnsure && Array.Exists(entries, e => e.Parents.Contains(entry.Cid)))
                    return;
                Outcome outcome = await TryWriteAsync(state, known ? entries : [.. entries, entry], cancellation);
                if (outcome == Outcome.Written)
                {
                    await RemoveStraysAsync(cancellation);
                    return;
                }

                if (++lost == MaxAttempts)
                    throw new StorageException(StorageErrorKind.Conflict, "publish", HeadKeys.Main, $"other writers were faster {MaxAttempts} times; retry, or keep each head in an object of its own");
                isUnsure |= outcome == Outcome.Unknown;

                // Such a store shows what is: there the version may be tried again.
                refused = outcome == Outcome.Refused && !_data.Traits.StronglyConsistent ? state.Version : null;
            }
            else if (_time.GetElapsedTime(since) >= _patience)
            {
                Forget();
                throw new StorageException(
                    StorageErrorKind.Transient, "publish", HeadKeys.Main, $"what the store shows was replaced, and for {_patience.TotalSeconds} s it shows nothing newer; try again, or keep each head in an object of its own");
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

    void IForgetfulHeads.Clear() => Forget();

    private void Forget()
    {
        lock (_gate)
        {
            _newest = null;
            _pastSince = null;
        }

        _strays = null;
    }

    private async ValueTask<State> ReadStateAsync(CancellationToken cancellation)
    {
        MetaEntry[] strays = _strays ??= await ReadStraysAsync(cancellation);
        ObjectContent? content = await _data.GetAsync(HeadKeys.Main, null, cancellation);
        string version = content?.Info.Version ?? "";
        lock (_gate)
        {
            if (_newest is { } known && known.Version == version && known.Strays == strays)
            {
                _pastSince = null;
                return known;
            }
        }

        ImmutableArray<MetaEntry> entries = content is null ? [] : HeadKeys.Parse(content);
        if (strays.Length > 0)
            entries = [.. entries, .. strays.Where(stray => !entries.Any(e => e.Cid == stray.Cid || e.Parents.Contains(stray.Cid)))];
        return Believe(State.Of(entries, version, content is null ? 0 : NumberOf(content.Bytes.Span), strays));
    }

    // What is older than what is known is the past that a late store still shows, unless it goes on for so long that somebody must have put it back.
    private State Believe(State shown)
    {
        lock (_gate)
        {
            if (_newest is { } newest && shown.Number != NoNumber && shown.Number < newest.Number && !_data.Traits.StronglyConsistent)
            {
                _pastSince ??= _time.GetTimestamp();
                if (_time.GetElapsedTime(_pastSince.Value) < _patience)
                    return newest;
            }

            _pastSince = null;
            _newest = shown;
            return shown;
        }
    }

    private async ValueTask<Outcome> TryWriteAsync(State state, MetaEntry[] entries, CancellationToken cancellation)
    {
        long number = Math.Max(state.Number, 0) + 1;
        byte[] content = HeadKeys.WriteWith(HeadKeys.Main, entries, string.Create(CultureInfo.InvariantCulture, $"\"nonce\":\"{Nonce()}\",\"number\":{number}"));
        string version;
        try
        {
            PutCondition condition = state.Version.Length == 0 ? PutCondition.IfAbsent : PutCondition.IfMatches(state.Version);
            version = await _data.PutAsync(HeadKeys.Main, content, condition, cancellation);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
        {
            return failure.Kind == StorageErrorKind.PreconditionFailed ? Outcome.Refused : Outcome.NotNow;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Ambiguous or StorageErrorKind.Transient)
        {
            // Reading it back settles it, where the store shows it already.
            if (await _data.GetAsync(HeadKeys.Main, null, cancellation) is not { } there || !there.Bytes.Span.SequenceEqual(content))
                return Outcome.Unknown;
            version = there.Info.Version;
        }

        State written = State.Of(ImmutableCollectionsMarshal.AsImmutableArray(entries), version, number, state.Strays);
        lock (_gate)
        {
            // Another publication of this instance may have followed before this one came to itself.
            if (_newest is null || _newest.Number < number)
                _newest = written;
        }

        return Outcome.Written;
    }

    // The number that a write gave its file, in its first entry; none in a file that another program wrote.
    private static long NumberOf(ReadOnlySpan<byte> file)
    {
        Utf8JsonReader json = new(file);
        while (json.Read() && json.CurrentDepth <= FieldDepth)
        {
            if (json.CurrentDepth == FieldDepth && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("number"u8))
                return json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long number) && number >= 0 ? number : NoNumber;
            if (json.TokenType == JsonTokenType.EndObject)
                break;
        }

        return NoNumber;
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

            MetaEntry[] none = [];
            lock (_gate)
            {
                if (_newest is { } newest && newest.Strays == strays)
                    _newest = State.Of(newest.Reading.Entries, newest.Version, newest.Number, none);
            }

            _strays = none;
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

    private enum Outcome
    {
        Written,

        /// <summary>The version is not there any more.</summary>
        Refused,

        /// <summary>Somebody else is at it.</summary>
        NotNow,

        /// <summary>It may have been written.</summary>
        Unknown,
    }

    private sealed record State(MetaReading Reading, string Version, long Number, MetaEntry[] Strays)
    {
        public static State Of(ImmutableArray<MetaEntry> entries, string version, long number, MetaEntry[] strays) =>
            new(new MetaReading(entries, $"{version}-{strays.Length}"), version, number, strays);
    }
}
