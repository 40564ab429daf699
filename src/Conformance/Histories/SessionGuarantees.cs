using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>
/// The four session guarantees of Terry and others (1994), for each client: it reads its own writes or newer values; what it reads never gets older; whoever has seen a
/// write sees the earlier writes of its writer (monotonic writes) and what its writer had read before (writes follow reads).
/// </summary>
/// <remarks>
/// A value is older than another when its write had returned before the other's was called; of writes that overlap, neither is. A value that several writes may have stored
/// is taken for the newest of them, so what is told as broken is broken.
/// </remarks>
internal sealed class SessionGuarantees
{
    // Absence that no delete explains: what was there before all writes.
    private const int Beginning = -1;
    private readonly ImmutableArray<Operation> _operations;
    private readonly long _bound;
    private readonly Dictionary<string, RegisterWrites> _writes;
    private readonly Dictionary<Operation, int> _numbers;
    private readonly Session[] _atCall;
    private readonly Dictionary<string, Session> _now = new(StringComparer.Ordinal);
    private int _reads;

    private SessionGuarantees(History history, TimeSpan bound)
    {
        _operations = [.. history.Operations.Where(static o => o.Writes || (o.IsOk && o.Kind == OperationKind.Get))];
        _bound = bound.Ticks * 100;
        _writes = _operations.GroupBy(static o => o.Key, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, g => new RegisterWrites([.. g.OrderBy(static o => o.Call)], bound), StringComparer.Ordinal);
        _numbers = new Dictionary<Operation, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _operations.Length; i++)
            _numbers[_operations[i]] = i;
        _atCall = new Session[_operations.Length];
    }

    /// <summary>Checks the sessions of all clients.</summary>
    /// <param name="history">The history.</param>
    /// <param name="bound">For how long after it returned a write may still be unseen; zero for a store that is strongly consistent.</param>
    public static HistoryJudgement Check(History history, TimeSpan bound) => new SessionGuarantees(history, bound).Run();

    private HistoryJudgement Run()
    {
        List<(long Time, bool Returns, int Number)> events = [];
        for (int i = 0; i < _operations.Length; i++)
        {
            events.Add((_operations[i].Call, false, i));
            if (_operations[i].IsOk)
                events.Add((_operations[i].Return, true, i));
        }

        events.Sort();
        foreach ((_, bool returns, int number) in events)
        {
            Operation operation = _operations[number];
            Session session = _now.GetValueOrDefault(operation.Client, Session.Fresh);
            if (!returns)
                _atCall[number] = session;
            else if (operation.Kind != OperationKind.Get)
                _now[operation.Client] = session with { Written = session.Written.SetItem(operation.Key, number) };
            else if (Read(number, operation, session) is { } violation)
                return new HistoryJudgement(_reads, violation);
        }

        return new HistoryJudgement(_reads);
    }

    private HistoryViolation? Read(int number, Operation read, Session session)
    {
        _reads++;
        List<int> sources = [.. _writes[read.Key].ThatExplain(read).Where(w => w.Call <= read.Return).Select(w => _numbers[w])];
        if (read.Value is null)
            sources.Add(Beginning);
        if (sources.Count == 0)
            return null;
        foreach ((string guarantee, int floor, int? through) in FloorsOf(read.Key, _atCall[number]))
        {
            if (Binds(floor, read) && sources.TrueForAll(s => IsOlder(s, floor)))
            {
                IEnumerable<int?> shown = [sources[0] == Beginning ? null : sources[0], floor, through, number];
                return new HistoryViolation(
                    read.Key, $"{guarantee} broken for {read.Client}, which read of '{read.Key}' what was older than it had to be",
                    [.. shown.OfType<int>().Distinct().Select(n => _operations[n]).OrderBy(static o => o.Call)]);
            }
        }

        if (sources is [int source and not Beginning])
        {
            Operation write = _operations[source];
            bool newer = !session.Seen.TryGetValue(write.Client, out int seen) || _operations[seen].Call < write.Call;
            _now[read.Client] = session with
            {
                Read = session.Read.SetItem(read.Key, source),
                Seen = newer ? session.Seen.SetItem(write.Client, source) : session.Seen,
            };
        }

        return null;
    }

    private IEnumerable<(string Guarantee, int Floor, int? Through)> FloorsOf(string key, Session session)
    {
        if (session.Written.TryGetValue(key, out int written))
            yield return ("read your writes", written, null);
        if (session.Read.TryGetValue(key, out int read))
            yield return ("monotonic reads", read, null);
        foreach (int seen in session.Seen.Values)
        {
            if (_atCall[seen].Written.TryGetValue(key, out int earlier))
                yield return ("monotonic writes", earlier, seen);
            if (_atCall[seen].Read.TryGetValue(key, out int followed))
                yield return ("writes follow reads", followed, seen);
        }
    }

    // A store that is eventual promises nothing sooner than its bound, not even to one client.
    private bool Binds(int floor, Operation read) => _bound == 0 || (_operations[floor].IsOk && _operations[floor].Return + _bound < read.Call);

    private bool IsOlder(int source, int floor) => source != floor && (source == Beginning || _operations[source].Precedes(_operations[floor]));
}
