using System.Text;

namespace FireproofBench.Engine.Cbor;

/// <summary>Checks a whole block: that it is one strict value, within the depth limit, without repeated map keys.</summary>
public static class DagCborValidator
{
    /// <summary>Checks that the bytes are one value that the reference engine accepts.</summary>
    /// <exception cref="DagCborException">They are not.</exception>
    public static void Validate(ReadOnlySpan<byte> block) => Walk(block, canonical: false);

    /// <summary>Checks that the bytes are the one canonical form: keys sorted by length and then bytes, numbers with 64 bits unless an
    /// integer says the same, no undefined.</summary>
    /// <exception cref="DagCborException">They are not.</exception>
    public static void ValidateCanonical(ReadOnlySpan<byte> block) => Walk(block, canonical: true);

    /// <summary>Orders map keys as DAG-CBOR does: shorter first, then by bytes.</summary>
    public static int CompareKeys(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);

    private static void Walk(ReadOnlySpan<byte> block, bool canonical)
    {
        if (block.Length > DagCborLimits.MaxBlockLength)
            throw new DagCborException(0, $"the block of {block.Length} bytes is larger than {DagCborLimits.MaxBlockLength}");
        var reader = new DagCborReader(block);
        var keys = new MapKeys(block);
        Span<OpenContainer> open = stackalloc OpenContainer[DagCborLimits.MaxDepth];
        int depth = 0;
        do
        {
            if (depth > 0)
            {
                ref OpenContainer container = ref open[depth - 1];
                container.Left--;
                if (container.IsMap)
                    keys.Take(ref reader, depth, container.FirstKey, canonical);
            }

            Enter(ref reader, open, ref depth, keys.Count, canonical);
            for (; depth > 0 && open[depth - 1].Left == 0; depth--)
                keys.Drop(depth, open[depth - 1].FirstKey);
        }
        while (depth > 0);
        reader.ReadEnd();
    }

    private static void Enter(ref DagCborReader reader, scoped Span<OpenContainer> open, ref int depth, int firstKey, bool canonical)
    {
        DagCborKind kind = reader.Peek();
        if (canonical && !IsCanonical(reader, kind))
            throw reader.Fail("the value is not in its canonical form");
        if (kind is not (DagCborKind.Array or DagCborKind.Map))
        {
            reader.Skip();
            return;
        }

        if (depth == DagCborLimits.MaxDepth)
            throw reader.Fail($"nested deeper than {DagCborLimits.MaxDepth}");
        bool map = kind == DagCborKind.Map;
        open[depth++] = new OpenContainer { IsMap = map, Left = map ? reader.ReadMapHeader() : reader.ReadArrayHeader(), FirstKey = firstKey };
    }

    // The reader is a copy: looking ahead does not move the caller's.
    private static bool IsCanonical(DagCborReader reader, DagCborKind kind) => kind switch
    {
        DagCborKind.Null => reader.Head == 0xf6,
        DagCborKind.Float => reader.Head == 0xfb && !DagCborWriter.IsWrittenAsInteger(reader.ReadFloat()),
        _ => true,
    };

    private struct OpenContainer
    {
        public bool IsMap;
        public int Left;
        public int FirstKey;
    }

    /// <summary>The keys of all maps that are open, in one list: each map's stand behind those of the map around it.</summary>
    private ref struct MapKeys(ReadOnlySpan<byte> block)
    {
        private readonly ReadOnlySpan<byte> _block = block;
        private readonly List<(int Start, int Length)> _keys = [];

        // By depth, for maps whose keys are not sorted.
        private HashSet<string>?[]? _seen;

        public readonly int Count => _keys.Count;

        /// <summary>Reads the next key of the map at this depth.</summary>
        public void Take(ref DagCborReader reader, int depth, int first, bool canonical)
        {
            ReadOnlySpan<byte> key = reader.ReadText();
            int order = _keys.Count == first ? 1 : CompareKeys(key, Key(_keys.Count - 1));
            if (order == 0)
                throw reader.Fail($"the key '{Encoding.UTF8.GetString(key)}' is repeated");
            if (order < 0 && canonical)
                throw reader.Fail($"the key '{Encoding.UTF8.GetString(key)}' is out of order");

            // Sorted keys cannot repeat unless they are neighbours; from the first unsorted one on, all keys of the map are remembered as text.
            HashSet<string>? seen = _seen?[depth - 1];
            if (order < 0 && seen is null)
                seen = Remember(depth, first);
            if (seen is not null && !seen.Add(Encoding.UTF8.GetString(key)))
                throw reader.Fail($"the key '{Encoding.UTF8.GetString(key)}' is repeated");
            _keys.Add((reader.Position - key.Length, key.Length));
        }

        /// <summary>Forgets the keys of the map at this depth, which ends.</summary>
        public readonly void Drop(int depth, int first)
        {
            _keys.RemoveRange(first, _keys.Count - first);
            if (_seen is not null)
                _seen[depth - 1] = null;
        }

        private HashSet<string> Remember(int depth, int first)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (int i = first; i < _keys.Count; i++)
                seen.Add(Encoding.UTF8.GetString(Key(i)));
            _seen ??= new HashSet<string>?[DagCborLimits.MaxDepth];
            return _seen[depth - 1] = seen;
        }

        private readonly ReadOnlySpan<byte> Key(int index) => _block.Slice(_keys[index].Start, _keys[index].Length);
    }
}
