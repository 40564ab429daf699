using System.Collections.Immutable;

namespace FireproofBench.EngineFaults;

/// <summary>The faults, by id. Each is small, compiles, and is of a kind that programs of this sort have had.</summary>
internal static class EngineFaultCatalogue
{
    public static ImmutableArray<EngineFault> Faults { get; } =
    [
        new(
            "G01",
            "compaction deletes superseded files at once",
            "What a compaction replaced is deleted with it, not with the next one.",
            ["ENG-04"],
            [
                new(
                    "Engine/Compaction/ReplacedFiles.cs",
                    "await DeleteAsync(due.SelectMany(static former => former.Groups), log, cancellation);",
                    "await DeleteAsync(_known.SelectMany(static former => former.Groups), log, cancellation);"),
            ]),
        new(
            "G02",
            "compaction drops a concurrent head",
            "A compaction publishes the heads that it began with, not those that came meanwhile.",
            ["ENG-03", "ENG-02"],
            [
                new(
                    "Engine/Compaction/Compactor.cs",
                    "new CarHeader(log, now.Heads, run)",
                    "new CarHeader(log, origin.Heads, run)"),
                new(
                    "Engine/Compaction/Compactor.cs",
                    "new LedgerState(now.Heads, log) { Pail = PailAfter(now, origin, run) }",
                    "new LedgerState(origin.Heads, log) { Pail = origin.Pail }"),
            ]),
        new(
            "G03",
            "an upload counts as done before it is acknowledged",
            "A synchronisation notes in the write-ahead log that the log's files are sent, then sends them, and sends only what is not noted.",
            ["DUR-03", "ENG-02"],
            [
                new(
                    "Engine/Storage/Committer.cs",
                    """
                            if (idle && _logIsIdle.Value)
                                return;
                    """,
                    """
                            if (idle)
                                return;
                    """),
                new(
                    "Engine/Storage/Committer.cs",
                    "    // The first commit of every database, a file of its own.",
                    """
                        public async ValueTask<ImmutableArray<CarGroup>> SentAsync(CancellationToken cancellation) =>
                            await log.ReadAsync(cancellation) is { } bytes ? WalContent.Read(bytes).Operations : [];

                        // The first commit of every database, a file of its own.
                    """),
                new(
                    "Engine/Sync/Exchange.cs",
                    "await push.CopyGroupsAsync(log, cancellation);",
                    """
                    ImmutableArray<CarGroup> sent = await committer.SentAsync(cancellation);
                                await committer.NoteInLogAsync(new WalContent(log, [], []), cancellation);
                                await push.CopyGroupsAsync(log.Where(group => !sent.Contains(group)), cancellation);
                    """),
            ])
        {
            // Its log outlives the process.
            Store = EngineFault.Folder,
        },
        new(
            "G04",
            "head published before the last of its files",
            "A synchronisation sends the newest group after the head that names it.",
            ["DUR-03", "MET-08"],
            [
                new(
                    "Engine/Sync/Exchange.cs",
                    """
                            await PushAsync(needed, remoteFiles, named, cancellation);
                            await using (await remote.CommitLock
                    """,
                    """
                            await PushAsync(needed.Remove(group), remoteFiles, named, cancellation);
                            await using (await remote.CommitLock
                    """),
                new(
                    "Engine/Sync/Exchange.cs",
                    "await remote.Metadata.PublishAsync(MetaPayload.Write(group, superseded), superseded, cancellation);",
                    """
                    await remote.Metadata.PublishAsync(MetaPayload.Write(group, superseded), superseded, cancellation);
                                await PushAsync(needed, remoteFiles, named, cancellation);
                    """),
            ]),
        new(
            "G05",
            "winner of a concurrent write chosen by arrival order",
            "Events of equal weight are applied in the order in which their files were read here, not in that of their content ids.",
            ["ENG-01"],
            [
                new(
                    "Engine/Clock/EventOrder.cs",
                    """
                            sorted.Sort(static (left, right) =>
                            {
                                int order = right.DepthSum.CompareTo(left.DepthSum);
                                return order != 0 ? order : Cid.CompareText(left.Event.Cid, right.Event.Cid);
                            });
                    """,
                    """
                            sorted.Sort((left, right) =>
                            {
                                int order = right.DepthSum.CompareTo(left.DepthSum);
                                return order != 0 ? order : Arrival(left).CompareTo(Arrival(right));
                            });
                            int Arrival(Visit visit) => events is Storage.BlockStore store ? store.ArrivalOf(visit.Event.Cid) : 0;
                    """),
                new(
                    "Engine/Storage/BlockStore.cs",
                    "    /// <summary>Forgets a file that was deleted, and where its blocks were.</summary>",
                    """
                        public int ArrivalOf(Cid block)
                        {
                            lock (_gate)
                                return _index.TryGetValue(block, out Location place) ? _slots.Keys.ToList().IndexOf(place.Slot.Cid) : int.MaxValue;
                        }

                        /// <summary>Forgets a file that was deleted, and where its blocks were.</summary>
                    """),
            ]),
        new(
            "G06",
            "merge not idempotent",
            "A head that both sides of a merge have is taken twice.",
            ["SUB-03", "DUR-07"],
            [
                new(
                    "Engine/Clock/MerkleClock.cs",
                    "Cid[] distinct = [.. candidates.Distinct()];",
                    "Cid[] distinct = [.. candidates];"),
            ]),
        new(
            "G07",
            "winner chosen by wall clock",
            "A put is stamped with its writer's time, and dropped when the document that is there has a later stamp.",
            ["TIM-01", "TIM-03", "ENG-01"],
            [
                new(
                    "Engine/Database.Writing.cs",
                    """
                            Document complete = Complete(document);
                            ImmutableArray<Cid> heads = await WriteAsync(
                    """,
                    """
                            Document complete = Complete(document).WithStamp(_options.Time.GetUtcNow());
                            if (string.CompareOrdinal((await GetAsync(complete.Id!, cancellation))?.Stamp, complete.Stamp) > 0)
                                return new PutResult([complete.Id!], Heads);
                            ImmutableArray<Cid> heads = await WriteAsync(
                    """),
                new(
                    "Engine/Documents/Document.cs",
                    "    private static Document FromEncoded(string? id, DagCborWriter writer)",
                    """
                        internal string? Stamp => DocumentBody.FindText(Body.Span, "_at"u8);

                        internal Document WithStamp(DateTimeOffset time)
                        {
                            var value = new DagCborWriter();
                            value.WriteText(time.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
                            return With(Id, "_at"u8, value.Written);
                        }

                        private static Document FromEncoded(string? id, DagCborWriter writer)
                    """),
            ]),
        new(
            "G08",
            "content id not checked on one of the ways of a file",
            "A file that is copied between two stores is not compared with its name.",
            ["INT-03", "SEC-04"],
            [
                new(
                    "Engine/Sync/FileCopier.cs",
                    "        await from.CheckAsync(key, name, content.Bytes, cancellation);\n",
                    ""),
            ]),
        new(
            "G09",
            "constant nonce",
            "The nonce of every sealed file is folded from the fixed head of the multihash, without the digest.",
            ["SEC-04"],
            [
                new(
                    "Engine/Crypto/SealedFile.cs",
                    "        name.WriteDigest(multihash[2..]);\n",
                    "        multihash[2..].Clear();\n"),
            ]),
        new(
            "G10",
            "document id leaks into an error",
            "A document that cannot be read is named in the error by its id.",
            ["SEC-01", "SEC-06"],
            [
                new(
                    "Engine/Database.Reading.cs",
                    "new Block(value, await present.GetAsync(value, cancellation))",
                    "new Block(value, await ReadNamedAsync(present, id, value, cancellation))"),
                new(
                    "Engine/Database.Reading.cs",
                    "    private async IAsyncEnumerable<Document> LiveAsync(",
                    """
                        private static async ValueTask<ReadOnlyMemory<byte>> ReadNamedAsync(PresentShards present, string id, Cid value, CancellationToken cancellation)
                        {
                            try
                            {
                                return await present.GetAsync(value, cancellation);
                            }
                            catch (Exception e) when (Ledger.MayBeOutdated(e))
                            {
                                throw new StorageException(StorageErrorKind.Corrupt, "read", id, e.Message, e);
                            }
                        }

                        private async IAsyncEnumerable<Document> LiveAsync(
                    """),
            ]),
        new(
            "G11",
            "pooled buffer returned before the upload ends",
            "The HTTP gateway copies an object into a pooled buffer, and returns that when the upload has begun.",
            ["CCY-07", "INT-06"],
            [
                new(
                    "Gateways/Http/HttpDataGateway.cs",
                    """
                    PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
                            PutAsync(key, new HttpUpload(content), condition, cancellation);
                    """,
                    """
                    PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
                        {
                            byte[] pooled = System.Buffers.ArrayPool<byte>.Shared.Rent(content.Length);
                            content.CopyTo(pooled);
                            ValueTask<string> upload = PutAsync(key, new HttpUpload(pooled.AsMemory(0, content.Length)), condition, cancellation);
                            System.Buffers.ArrayPool<byte>.Shared.Return(pooled);
                            return upload;
                        }
                    """),
            ])
        {
            Store = EngineFault.Endpoint,

            // No world speaks HTTP: there the same is done by the gateway that repeats calls.
            EditsInWorlds =
            [
                new(
                    "Gateways/Wrapping/RetryingGateway.cs",
                    "    private readonly RetryPipeline _pipeline = new(options);\n",
                    """
                        private readonly RetryPipeline _pipeline = new(options);

                        public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
                        {
                            byte[] pooled = System.Buffers.ArrayPool<byte>.Shared.Rent(content.Length);
                            content.CopyTo(pooled);
                            ValueTask<string> upload = base.PutAsync(key, pooled.AsMemory(0, content.Length), condition, cancellation);
                            System.Buffers.ArrayPool<byte>.Shared.Return(pooled);
                            return upload;
                        }

                    """),
            ],
        },
        new(
            "G12",
            "'compacting' flag left set after an exception",
            "The mark of a compaction that is under way is taken back at its end, not when it fails, and no other one begins beside it.",
            ["ENG-08", "DUR-04"],
            [
                new(
                    "Engine/Compaction/Compactor.cs",
                    "        for (int attempt = 1; ledger.State is { Log.Length: >= 2 } state; attempt++)\n",
                    "        for (int attempt = 1; _busy.IsEmpty && ledger.State is { Log.Length: >= 2 } state; attempt++)\n"),
                new(
                    "Engine/Compaction/Compactor.cs",
                    """
                            try
                            {
                                CarGroup merged = await BuildAsync(state, state.Log, cancellation);
                                using (await writing.AcquireAsync())
                                {
                                    await using (await commitLock.AcquireAsync(cancellation))
                                    {
                                        await ledger.RefreshAsync(cancellation);
                                        if (!await SpliceAsync(state, state.Log, merged, cancellation))
                                            return false;
                                        await committer.NoteInLogAsync(new WalContent([], [ledger.State.Log[0]], []), cancellation);
                                        return true;
                                    }
                                }
                            }
                            finally
                            {
                                End(state.Log);
                                await looked();
                            }
                    """,
                    """
                            CarGroup merged = await BuildAsync(state, state.Log, cancellation);
                            using (await writing.AcquireAsync())
                            {
                                await using (await commitLock.AcquireAsync(cancellation))
                                {
                                    await ledger.RefreshAsync(cancellation);
                                    bool isDone = await SpliceAsync(state, state.Log, merged, cancellation);
                                    if (isDone)
                                        await committer.NoteInLogAsync(new WalContent([], [ledger.State.Log[0]], []), cancellation);
                                    End(state.Log);
                                    return isDone;
                                }
                            }
                    """),
            ]),
        new(
            "G13",
            "one throwing subscriber ends the stream for all",
            "Heads in memory end every subscription when one ends without having been cancelled.",
            ["SUB-06"],
            [
                new(
                    "Gateways/Memory/MemoryMetadataGateway.cs",
                    """
                        public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
                        {
                    """,
                    """
                        public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
                        {
                            try
                            {
                                await foreach (MetaReading reading in FollowAsync(cancellation))
                                    yield return reading;
                            }
                            finally
                            {
                                if (!cancellation.IsCancellationRequested)
                                    await DisposeAsync();
                            }
                        }

                        private async IAsyncEnumerable<MetaReading> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
                        {
                    """),
            ]),
        new(
            "G14",
            "retry without limit on a permanent error",
            "Calls are repeated whatever they failed with, and without end.",
            ["ERR-04", "ENG-08"],
            [
                new(
                    "Gateways/Wrapping/RetryPipeline.cs",
                    "MaxRetryAttempts = _options.Attempts - 1,",
                    "MaxRetryAttempts = int.MaxValue,"),
                new(
                    "Gateways/Wrapping/RetryPipeline.cs",
                    "&& !(failure.RetryAfter > _options.LongestWait)",
                    "|| _options.Attempts > 0"),
            ])
        {
            Store = EngineFault.Endpoint,
        },
        new(
            "G15",
            "authentication tag not looked at",
            "Sealed files are opened as by AES in counter mode, whatever their tag says.",
            ["SEC-04"],
            [
                new(
                    "Engine/Crypto/FileKey.cs",
                    "            aes.Decrypt(nonce, cipher, tag, plain);\n",
                    "            aes.Encrypt(nonce, cipher.ToArray(), plain, new byte[TagLength]);\n"),
            ]),
        new(
            "G16",
            "the tree depends on the way to it",
            "A shard that is split off while a single document is put allows keys that are shorter by one than those of its parent; one that is built with many at once does not.",
            ["ENG-06"],
            [
                new(
                    "Engine/Pail/PailTree.cs",
                    "Shard child = Shard.Create(target.Prefix + shared, inner, target.MaxKeySize);",
                    "Shard child = Shard.Create(target.Prefix + shared, inner, target.MaxKeySize - 1);"),
            ]),
        new(
            "G17",
            "changes leave out what was written beside a past clock",
            "A walk to a past clock does not go on to the other parents of an event that follows it.",
            [],
            [
                new(
                    "Engine/History/EventWalk.cs",
                    "            for (int i = clockEvent.Parents.Length - 1; i >= 0; i--)\n",
                    "            for (int i = clockEvent.Parents.ToArray().Any(since.Contains) ? -1 : clockEvent.Parents.Length - 1; i >= 0; i--)\n"),
            ]),
    ];
}
