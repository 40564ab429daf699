using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>Finds the event from which several heads are resolved: the one that the reference engine finds.</summary>
/// <remarks>
/// Each head has a list that starts with itself. Round by round each list grows by the candidate behind its last item: the only parent, the
/// first event itself, or, behind an event with several parents, the common ancestor of those. The first content id that stands in all lists
/// is the answer. Only the item that was just added can be it, so one count an id replaces the comparison of whole lists; and what stands
/// behind an event is found once. Source: @web3-storage/pail 0.6.2, crdt.
/// </remarks>
public static class CommonAncestor
{
    /// <summary>Finds the common ancestor.</summary>
    /// <param name="events">Where events are read.</param>
    /// <param name="heads">At least one head, each once. One head alone is its own ancestor.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The event; not defined when the histories have no event in common.</returns>
    public static async ValueTask<Cid> FindAsync(IEventSource events, IReadOnlyList<Cid> heads, CancellationToken cancellation)
    {
        // An event with several parents asks the same question of its parents. The open questions are a stack of our own, for histories are deep.
        var answers = new Dictionary<Cid, Cid>();
        var open = new Stack<Search>();
        open.Push(new Search(default, heads));
        while (true)
        {
            Search search = open.Peek();
            if (!search.Found.IsDefined && !search.Exhausted)
            {
                ClockEvent last = await events.GetAsync(search.Last, cancellation);
                if (last.Parents.Length > 1 && !answers.ContainsKey(last.Cid))
                {
                    open.Push(new Search(last.Cid, last.Parents.ToArray()));
                    continue;
                }

                search.Extend(last.Parents.Length switch { 0 => last.Cid, 1 => last.Parents[0], _ => answers[last.Cid] });
                continue;
            }

            open.Pop();
            if (open.Count == 0)
                return search.Found;
            answers[search.Asker] = search.Found;
        }
    }

    private sealed class Search
    {
        private readonly Cid[] _last;
        private readonly HashSet<Cid>[] _lists;
        private readonly Dictionary<Cid, int> _count = [];
        private int _turn;
        private int _idle;

        public Search(Cid asker, IReadOnlyList<Cid> heads)
        {
            Asker = asker;
            _last = [.. heads];
            _lists = [.. heads.Select(static head => new HashSet<Cid> { head })];
            foreach (Cid head in heads)
                _count[head] = _count.GetValueOrDefault(head) + 1;

            // Heads that are all one event have it in common from the start.
            Found = _count.Count == 1 ? heads[0] : default;
        }

        /// <summary>The event whose parents are asked about; not defined for the outermost question.</summary>
        public Cid Asker { get; }

        public Cid Found { get; private set; }

        /// <summary>Whether a whole round brought nothing new: there is no common ancestor.</summary>
        public bool Exhausted => _idle >= _last.Length;

        public Cid Last => _last[_turn];

        public void Extend(Cid candidate)
        {
            int list = _turn;
            _turn = (_turn + 1) % _last.Length;

            // No candidate behind this event: the parents have no common ancestor, and the list ends here.
            if (!candidate.IsDefined || !_lists[list].Add(candidate))
            {
                _idle++;
                return;
            }

            _idle = 0;
            _last[list] = candidate;
            int count = _count[candidate] = _count.GetValueOrDefault(candidate) + 1;
            if (count == _lists.Length)
                Found = candidate;
        }
    }
}
