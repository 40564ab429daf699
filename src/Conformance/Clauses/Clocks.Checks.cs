using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Clocks
{
    private const string Shared = "shared";
    private static readonly TimeSpan s_drift = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan[] s_skews = [TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.Zero];

    private static readonly TimeSpan[] s_jumps =
        [TimeSpan.FromHours(2), TimeSpan.FromHours(-2), TimeSpan.FromDays(40), TimeSpan.FromSeconds(-1), TimeSpan.FromDays(-400), TimeSpan.Zero];

    private static async Task<Finding> IgnoresSkewAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(200, 2, 20);
        string raw = context.Target.Skewed is null ? "the store has no clock but its own" : await OverwriteSkewedAsync(context, rounds);
        if (context.Target.OpenDatabase is null)
        {
            return context.Target.Skewed is null ? Finding.Unsupported("the store takes no time from its clients, and has no place for databases, whose writers have clocks")
                : Finding.Passed(raw);
        }

        List<Database> writers = [];
        try
        {
            foreach (TimeSpan skew in s_skews)
                writers.Add(await OpenSkewedAsync(context, Shared, new JumpingTime(context.Time, skew)));
            for (int i = 0; i < rounds * writers.Count; i++)
            {
                Database writer = writers[i % writers.Count];
                await WriteSettledAsync(context, writer, i);
                await ShowsAsync(context, i);
            }
        }
        finally
        {
            foreach (Database writer in writers)
                await writer.DisposeAsync();
        }

        return Finding.Passed($"{raw}; {rounds * s_skews.Length} writes of one document, by writers an hour apart either way, were each read until the next");
    }

    private static async Task<string> OverwriteSkewedAsync(ClauseContext context, int rounds)
    {
        string key = context.Key("skewed");
        List<IDataGateway> clients = [];
        try
        {
            foreach (TimeSpan skew in s_skews)
                clients.Add(await context.Target.Skewed!(new JumpingTime(context.Time, skew)).OpenData(context.Cancellation));
            for (int i = 0; i < rounds * clients.Count; i++)
            {
                byte[] body = context.Body(key, 400, version: i);
                TimeSpan skew = s_skews[i % clients.Count];
                await PutPatientlyAsync(context, clients[i % clients.Count], key, body);
                await context.ReadsAsync(key, body, string.Create(CultureInfo.InvariantCulture, $"after a writer whose clock is off by {skew.TotalHours:0} h had written it"));
            }
        }
        finally
        {
            foreach (IDataGateway client in clients)
                await client.DisposeAsync();
        }

        return $"{rounds * s_skews.Length} writes of one key by clients an hour apart either way were each read until the next";
    }

    // A client as the store gives it: a busy store is asked again here.
    private static async Task PutPatientlyAsync(ClauseContext context, IDataGateway client, string key, byte[] body)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await client.PutAsync(key, body, PutCondition.None, context.Cancellation);
                return;
            }
            catch (StorageException busy) when (busy.Kind is StorageErrorKind.Throttled or StorageErrorKind.Transient && attempt < 6)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), context.Time, context.Cancellation);
            }
        }
    }

    private static ValueTask<Database> OpenSkewedAsync(ClauseContext context, string place, JumpingTime clock)
    {
        StoreAccess? access = context.Target.Skewed?.Invoke(clock);
        return context.Databases.OpenAsync(
            access?.OpenDatabase is null ? context.Databases.Device(place) : context.Databases.Device(place, access), context.Cancellation, clock: clock);
    }

    // A writer that comes after another one has seen what it wrote: the store may take its time to show it.
    private static async Task WriteSettledAsync(ClauseContext context, Database writer, int version)
    {
        await context.SettlesAsync(async () =>
        {
            await writer.RefreshAsync(context.Cancellation);
            long seen = VersionOf(await writer.GetAsync("one", context.Cancellation));
            return seen == version - 1 ? null : $"a writer sees version {seen} of a document, where {version - 1} was acknowledged last";
        });
        await writer.PutAsync(Version(version), context.Cancellation);
    }

    private static Task ShowsAsync(ClauseContext context, int version) => context.SettlesAsync(async () =>
    {
        await using Database cold = await context.Databases.OpenAsync(Shared, context.Cancellation);
        long seen = VersionOf(await cold.GetAsync("one", context.Cancellation));
        return seen == version ? null : $"a reader sees version {seen} of a document, where {version} was acknowledged last";
    });

    private static Document Version(int version) => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"one","version":{{version}}}"""));

    private static long VersionOf(Document? document) =>
        document is null ? -1 : long.Parse(document.ToObject<Dictionary<string, object>>()["version"].ToString()!, CultureInfo.InvariantCulture);

    private static async Task<Finding> TellsTheTimeAsync(ClauseContext context)
    {
        int n = context.Plan.Count(50, 5, 4);
        TimeSpan worst = TimeSpan.Zero;
        int told = 0;
        for (int i = 0; i < n; i++)
        {
            string key = context.Key($"fresh-{i}");
            DateTimeOffset before = context.Time.GetUtcNow();
            await context.PutAsync(key, context.Body(key, 200));
            DateTimeOffset after = context.Time.GetUtcNow();
            List<ObjectInfo?> answers = [await context.HeadAsync(key), (await context.GetAsync(key))?.Info, .. await context.ListAsync(key)];
            foreach (DateTimeOffset time in answers.Select(static info => info?.LastModified).OfType<DateTimeOffset>())
            {
                told++;

                // How long the put took is nobody's fault: only what lies outside of it counts.
                TimeSpan off = time < before ? time - before : time > after ? time - after : TimeSpan.Zero;
                worst = off.Duration() > worst.Duration() ? off : worst;
            }
        }

        if (told == 0)
            return Finding.Unsupported("the store tells no times");
        context.Limit("clockOffBySeconds", (long)worst.TotalSeconds);
        ClauseContext.Require(
            worst.Duration() <= s_drift, $"a fresh object has a time that is {(worst > TimeSpan.Zero ? "ahead of" : "behind")} this machine's by {worst.Duration().TotalSeconds:0} s");
        return Finding.Passed(FormattableString.Invariant($"{told} times of {n} fresh objects were at most {worst.Duration().TotalSeconds:0.0} s off"));
    }

    private static async Task<Finding> OutlivesJumpsAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(100, 1, 80);
        JumpingTime clock = new(context.Time, TimeSpan.Zero);
        int calls = context.Target.Skewed is { } skewed ? await WorkThroughJumpsAsync(context, skewed(clock), clock, rounds) : 0;
        if (context.Target.OpenDatabase is null)
        {
            return calls == 0 ? Finding.Unsupported("the store takes no time from its clients, and has no place for databases, whose writers have clocks")
                : Finding.Passed($"{calls} calls by a client whose clock jumped between them did what they should");
        }

        int commits = 0;
        await using Database jumping = await OpenSkewedAsync(context, "jumping", clock);
        await using Database device = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation, clock: clock);
        for (int round = 0; round < rounds; round++)
        {
            foreach (TimeSpan jump in s_jumps)
            {
                clock.Shift += jump;
                await jumping.RefreshAsync(context.Cancellation);
                await jumping.PutAsync(Numbered("here", commits++), context.Cancellation);
            }

            clock.Shift = TimeSpan.Zero;
            await device.PutAsync(Numbered("away", commits++), context.Cancellation);
            foreach (TimeSpan jump in (TimeSpan[])[TimeSpan.FromDays(1), TimeSpan.FromDays(-2)])
            {
                clock.Shift = jump;
                await using IDeviceStore remote = context.Databases.Device("jumping");
                await device.SyncAsync(remote, context.Cancellation);
            }

            await jumping.RefreshAsync(context.Cancellation);
            await jumping.CompactAsync(context.Cancellation);
        }

        DatabaseState state = await DatabaseState.ReadAsync(jumping, context.Cancellation);
        ClauseContext.Require(state.Rows.Count == commits, $"{commits} documents were written while the clock jumped, and {state.Rows.Count} are there");
        await context.SettlesAsync(async () =>
        {
            await using Database cold = await context.Databases.OpenAsync("jumping", context.Cancellation);
            return (await DatabaseState.ReadAsync(cold, context.Cancellation)).DifferenceFrom(state) is { } difference
                ? $"a reader whose clock did not jump sees something else: {difference}" : null;
        });
        return Finding.Passed($"{calls} calls and {commits} commits, with compactions and synchronisations, went through {rounds * (s_jumps.Length + 2)} jumps of the clock");
    }

    private static Document Numbered(string kind, int n) => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{kind}}-{{n}}","n":{{n}}}"""));

    private static async Task<int> WorkThroughJumpsAsync(ClauseContext context, StoreAccess access, JumpingTime clock, int rounds)
    {
        int calls = 0;
        await using IDataGateway client = await access.OpenData(context.Cancellation);
        for (int round = 0; round < rounds; round++)
        {
            foreach (TimeSpan jump in s_jumps)
            {
                clock.Shift += jump;
                string key = context.Key($"jump-{round}-{calls}");
                byte[] body = context.Body(key, 300);
                await PutPatientlyAsync(context, client, key, body);
                await context.ReadsAsync(key, body, "after a client whose clock had jumped wrote it");
                clock.Shift -= TimeSpan.FromMinutes(20);
                ObjectContent? content = await client.GetAsync(key, null, context.Cancellation);
                string? fault = content is null ? "nothing" : ClauseContext.Difference(content.Bytes.Span, body);
                ClauseContext.Require(fault is null || !context.Declared.IsStrong, $"a client whose clock had jumped back reads {fault}");
                calls += 2;
            }

            clock.Shift = TimeSpan.Zero;
        }

        return calls;
    }

    private static async Task<Finding> GoesForwardAsync(ClauseContext context)
    {
        int n = context.Plan.Count(400, 12, 3);
        string key = context.Key("versions");
        DateTimeOffset? former = null;
        int told = 0;
        for (int i = 0; i < n; i++)
        {
            StoreView writer = context.Views[i % context.Views.Length];
            byte[] body = context.Body(key, 300, version: i);
            await writer.Gateway.PutAsync(key, body, PutCondition.None, context.Cancellation);

            // Of this very version: an older one that is still shown has its own time.
            await context.ReadsAsync(key, body, "that was just written");
            ObjectContent? content = await context.GetAsync(key);
            if (content?.Info.LastModified is not { } time || ClauseContext.Difference(content.Bytes.Span, body) is not null)
                continue;
            ClauseContext.Require(former is null || time >= former, $"version {i} of a key is said to be {(former - time)?.TotalSeconds:0.###} s older than the one before it");
            former = time;
            told++;
        }

        return told == 0 ? Finding.Unsupported("the store tells no times") : Finding.Passed($"the times of {told} versions of one key never went backwards");
    }
}
